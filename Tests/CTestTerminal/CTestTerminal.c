#include "CTestTerminal.h"

#include <pty.h>
#include <sys/ioctl.h>
#include <unistd.h>

static struct winsize window(unsigned short columns) { return (struct winsize){.ws_row = 24, .ws_col = columns}; }

pid_t ct_start_on_terminal(
    const char *path, char *const arguments[], char *const environment[], const char *folder, unsigned short columns,
    int *control) {
    struct winsize size = window(columns);
    pid_t process = forkpty(control, NULL, NULL, &size);
    if (process != 0) return process;
    if (chdir(folder) == 0) execve(path, arguments, environment);
    _exit(127);
}

void ct_resize(int control, unsigned short columns) {
    struct winsize size = window(columns);
    ioctl(control, TIOCSWINSZ, &size);
}
