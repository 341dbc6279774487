#include "CLineEdit.h"

#include <histedit.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { remembered_lines = 2000 };

struct cl_editor {
    EditLine *line;
    History *history;
    char *history_file;
    char *prompt;
    cl_completer completer;
    void *context;
    int cancelled;
};

static cl_editor *owner(EditLine *line) {
    void *data = NULL;
    el_get(line, EL_CLIENTDATA, &data);
    return data;
}

static char *prompt(EditLine *line) { return owner(line)->prompt; }

static unsigned char complete(EditLine *line, int key) {
    (void)key;
    cl_editor *editor = owner(line);
    const LineInfo *info = el_line(line);
    char *text = strndup(info->buffer, (size_t)(info->cursor - info->buffer));
    if (!text) return CC_REFRESH_BEEP;
    cl_completion found = editor->completer(editor->context, text);
    unsigned char result = CC_REFRESH_BEEP;
    if (found.inserted && found.inserted[0] != 0 && el_insertstr(line, found.inserted) == 0) result = CC_REFRESH;
    if (found.shown) {
        fputc('\n', stdout);
        fputs(found.shown, stdout);
        fflush(stdout);
        result = CC_REDISPLAY;
    }
    free(found.inserted);
    free(found.shown);
    free(text);
    return result;
}

static unsigned char cancel(EditLine *line, int key) {
    (void)key;
    owner(line)->cancelled = 1;
    return CC_NEWLINE;
}

cl_editor *cl_open(const char *program, const char *history_file, cl_completer completer, void *context) {
    setlocale(LC_CTYPE, "");
    cl_editor *editor = calloc(1, sizeof *editor);
    if (!editor) return NULL;
    editor->completer = completer;
    editor->context = context;
    editor->prompt = strdup("> ");
    editor->history_file = history_file ? strdup(history_file) : NULL;
    editor->line = el_init(program, stdin, stdout, stderr);
    editor->history = history_init();
    if (!editor->line || !editor->history) {
        cl_close(editor);
        return NULL;
    }
    HistEvent event;
    history(editor->history, &event, H_SETSIZE, remembered_lines);
    history(editor->history, &event, H_SETUNIQUE, 1);
    if (history_file) history(editor->history, &event, H_LOAD, history_file);
    el_set(editor->line, EL_CLIENTDATA, editor);
    el_set(editor->line, EL_PROMPT, prompt);
    el_set(editor->line, EL_EDITOR, "emacs");
    // Windows change their size while a line is edited.
    el_set(editor->line, EL_SIGNAL, 1);
    el_set(editor->line, EL_HIST, history, editor->history);
    el_set(editor->line, EL_ADDFN, "ft-complete", "Completes the word", complete);
    el_set(editor->line, EL_BIND, "^I", "ft-complete", NULL);
    el_set(editor->line, EL_BIND, "^R", "em-inc-search-prev", NULL);
    // Ctrl-C drops the line instead of the program.
    el_set(editor->line, EL_SETTY, "-d", "-isig", NULL);
    el_set(editor->line, EL_ADDFN, "ft-cancel", "Drops the line", cancel);
    el_set(editor->line, EL_BIND, "^C", "ft-cancel", NULL);
    return editor;
}

void cl_set_prompt(cl_editor *editor, const char *text) {
    char *copy = strdup(text);
    if (!copy) return;
    free(editor->prompt);
    editor->prompt = copy;
}

char *cl_read(cl_editor *editor) {
    int count = 0;
    editor->cancelled = 0;
    // Before the prompt is shown: what is typed at once is for the editor already.
    el_set(editor->line, EL_PREP_TERM, 1);
    const char *text = el_gets(editor->line, &count);
    if (editor->cancelled) {
        fputs("^C\n", stdout);
        fflush(stdout);
        return strdup("");
    }
    if (!text || count <= 0) return NULL;
    char *line = strdup(text);
    if (line) line[strcspn(line, "\n")] = 0;
    return line;
}

void cl_remember(cl_editor *editor, const char *line) {
    HistEvent event;
    history(editor->history, &event, H_ENTER, line);
    if (editor->history_file) history(editor->history, &event, H_SAVE, editor->history_file);
}

void cl_close(cl_editor *editor) {
    if (!editor) return;
    if (editor->line) el_end(editor->line);
    if (editor->history) history_end(editor->history);
    free(editor->prompt);
    free(editor->history_file);
    free(editor);
}
