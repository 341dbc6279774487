#pragma once

// A line that is edited on a terminal, by libedit. Swift cannot call it by itself: its functions take varargs.

#include <stddef.h>

typedef struct cl_editor cl_editor;

/// What Tab makes of the line up to the cursor.
typedef struct {
    /// To be put in at the cursor; NULL for nothing.
    char *inserted;
    /// To be shown below the line, with its line feeds; NULL for nothing.
    char *shown;
} cl_completion;

/// Both texts are from `malloc`.
typedef cl_completion (*cl_completer)(void *context, const char *line);

/// An editor on standard input and output, with the history that lies in a file. NULL where there is no terminal to edit
/// on. `history` may be NULL, and the file need not exist.
cl_editor *cl_open(const char *program, const char *history, cl_completer completer, void *context);

/// The prompt from now on; it is copied.
void cl_set_prompt(cl_editor *editor, const char *prompt);

/// A line without its line feed, from `malloc`; an empty one after Ctrl-C. NULL at the end of the input (Ctrl-D).
char *cl_read(cl_editor *editor);

/// Takes a line into the history and writes its file.
void cl_remember(cl_editor *editor, const char *line);

void cl_close(cl_editor *editor);
