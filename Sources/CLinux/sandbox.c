#include "CLinux.h"

#include <errno.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "sandbox.h"

// The numbers of these calls are the same on every architecture this project supports.
#ifndef SYS_open_tree
#define SYS_open_tree 428
#define SYS_move_mount 429
#define SYS_fsopen 430
#define SYS_fsconfig 431
#define SYS_fsmount 432
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

#define CLOEXEC_FSOPEN 1u
#define CLOEXEC_FSMOUNT 1u
#define CONFIG_SET_FLAG 0u
#define CONFIG_SET_STRING 1u
#define CONFIG_CREATE 6u
#define FROM_EMPTY_PATH 4u
#define CLONE_TREE 1u
#define RECURSIVE 0x8000u

static int result_of(long value) { return value < 0 ? -errno : (int)value; }

int sandbox_fsopen(const char *type) { return result_of(syscall(SYS_fsopen, type, CLOEXEC_FSOPEN)); }

int sandbox_fsconfig_flag(int fs, const char *key) {
    return result_of(syscall(SYS_fsconfig, fs, CONFIG_SET_FLAG, key, NULL, 0));
}

int sandbox_fsconfig_string(int fs, const char *key, const char *value) {
    return result_of(syscall(SYS_fsconfig, fs, CONFIG_SET_STRING, key, value, 0));
}

int sandbox_fsconfig_create(int fs) { return result_of(syscall(SYS_fsconfig, fs, CONFIG_CREATE, NULL, NULL, 0)); }

int sandbox_fsmount(int fs, unsigned int attributes) {
    return result_of(syscall(SYS_fsmount, fs, CLOEXEC_FSMOUNT, attributes));
}

int sandbox_move_mount(int from, const char *to) {
    return result_of(syscall(SYS_move_mount, from, "", AT_FDCWD, to, FROM_EMPTY_PATH));
}

int sandbox_open_tree_clone(const char *path, int recursive) {
    return result_of(
        syscall(SYS_open_tree, AT_FDCWD, path, CLONE_TREE | O_CLOEXEC | (recursive ? RECURSIVE : 0u)));
}

int sandbox_mount_set_attributes(int fd, uint64_t set, int recursive) {
    uint64_t attributes[4] = {set, 0, 0, 0};  // struct mount_attr: set, clear, propagation, user namespace
    return result_of(syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH | (recursive ? RECURSIVE : 0u), attributes,
                             sizeof attributes));
}

int sandbox_open_in_root(int root, const char *path, int flags) {
    struct open_how how = {.flags = (uint64_t)flags | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    return result_of(syscall(SYS_openat2, root, path, &how, sizeof how));
}

int sandbox_file_contains(const char *path, const char *text) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return -errno;
    struct stat status;
    int result = fstat(descriptor, &status) < 0 ? -errno : 0;
    if (result == 0 && status.st_size > 0) {
        void *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
        if (bytes == MAP_FAILED) {
            result = -errno;
        } else {
            result = memmem(bytes, (size_t)status.st_size, text, strlen(text)) != NULL;
            munmap(bytes, (size_t)status.st_size);
        }
    }
    close(descriptor);
    return result;
}

struct overlay_by_descriptors {
    const char *options, *at;
    int result;
};

static void *mount_overlay_by_descriptors(void *argument) {
    struct overlay_by_descriptors *request = argument;
    // A working directory of this thread's own: the rest of the process must not notice.
    if (unshare(CLONE_FS) < 0 || chdir("/proc/self/fd") < 0 ||
        mount("overlay", request->at, "overlay", 0, request->options) < 0)
        request->result = -errno;
    return NULL;
}

int sandbox_mount_overlay_by_descriptors(const char *options, const char *at) {
    struct overlay_by_descriptors request = {.options = options, .at = at, .result = 0};
    pthread_t thread;
    int error = pthread_create(&thread, NULL, mount_overlay_by_descriptors, &request);
    if (error != 0) return -error;
    pthread_join(thread, NULL);
    return request.result;
}

// ---- Starting a program -----------------------------------------------------------------------------------------

struct spawn_state {
    struct sandbox_spawn_request *request;
    const sigset_t *old_mask;
    int error;
};

#define FAIL(call)                              \
    do {                                        \
        state->error = errno;                   \
        state->request->failed_call = call;     \
        _exit(127);                             \
    } while (0)

// Runs in the child, which shares the memory of the suspended parent: system calls only, no allocation, no locks.
static int spawned(void *argument) {
    struct spawn_state *state = argument;
    struct sandbox_spawn_request *request = state->request;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) FAIL("prctl");
    if (request->new_session && setsid() < 0) FAIL("setsid");

    struct sigaction standard = {.sa_handler = SIG_DFL};
    for (int number = 1; number < NSIG; number++)
        if (number != SIGKILL && number != SIGSTOP) sigaction(number, &standard, NULL);

    if (request->own_namespaces) {
        // Nothing mounted here may reach the caller's namespace.
        if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0) FAIL("mount(/, slave)");
        if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NOEXEC | MS_NODEV, NULL) < 0) FAIL("mount(/proc)");
    }

    // Out of the way first, so that no dup2 overwrites a descriptor which is still to be copied.
    int wanted[3] = {request->standard_input, request->standard_output, request->standard_error};
    for (int index = 0; index < 3; index++) {
        wanted[index] = fcntl(wanted[index], F_DUPFD_CLOEXEC, 3);
        if (wanted[index] < 0) FAIL("fcntl(F_DUPFD)");
    }
    for (int index = 0; index < 3; index++)
        if (dup2(wanted[index], index) < 0) FAIL("dup2");
    if (syscall(SYS_close_range, 3u, ~0u, 0u) < 0) {
        for (int descriptor = 3; descriptor < 4096; descriptor++) close(descriptor);
    }
    sigprocmask(SIG_SETMASK, state->old_mask, NULL);
    execve(request->path, request->arguments, request->environment);
    FAIL("execve");
}

pid_t sandbox_spawn(struct sandbox_spawn_request *request, int *pidfd) {
    enum { stack_size = 64 * 1024 };
    void *stack = NULL;
    if (posix_memalign(&stack, 16, stack_size) != 0) {
        request->failed_call = "malloc";
        return -ENOMEM;
    }
    sigset_t all, old, none;
    sigfillset(&all);
    sigemptyset(&none);
    struct spawn_state state = {.request = request, .old_mask = &none, .error = 0};
    request->failed_call = NULL;

    // No handler of ours may run in the child while it shares our memory.
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD;
    if (request->own_namespaces) flags |= CLONE_NEWPID | CLONE_NEWNS;
    *pidfd = -1;
    pid_t pid = clone(spawned, (char *)stack + stack_size, flags, &state, pidfd);
    int error = errno;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    free(stack);
    if (pid < 0) {
        request->failed_call = "clone";
        return -error;
    }
    if (state.error != 0) {
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) continue;
        if (*pidfd >= 0) close(*pidfd);
        *pidfd = -1;
        return -state.error;
    }
    return pid;
}

int sandbox_signal(int pidfd, int signal) {
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
    return result_of(syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0));
}
