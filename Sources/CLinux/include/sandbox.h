// Calls the Sandbox target needs and that Swift cannot make itself: the mount API by number (older C libraries have no
// wrappers), starting a program in namespaces of its own, and the table of system call numbers for seccomp filters.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/statfs.h>
#include <sys/types.h>

// The mount API (fsopen(2) and friends). Each returns a result >= 0, or -errno.
int sandbox_fsopen(const char *type);
int sandbox_fsconfig_flag(int fs, const char *key);
int sandbox_fsconfig_string(int fs, const char *key, const char *value);
int sandbox_fsconfig_create(int fs);
int sandbox_fsmount(int fs, unsigned int attributes);
int sandbox_move_mount(int from, const char *to);
/// A detached copy of the mount tree (or, not recursive, of the one mount) at `path`.
int sandbox_open_tree_clone(const char *path, int recursive);
/// Adds the mount attributes `set` (MOUNT_ATTR_*) to the mount at `fd`, and below it when recursive.
int sandbox_mount_set_attributes(int fd, uint64_t set, int recursive);
#define SANDBOX_MOUNT_ATTR_RDONLY 0x1
#define SANDBOX_MOUNT_ATTR_NOSUID 0x2
#define SANDBOX_MOUNT_ATTR_NODEV 0x4
#define SANDBOX_MOUNT_ATTR_NOEXEC 0x8

/// mount(2) of an overlay whose layers are descriptor numbers: `options` names each layer by the bare number, and the
/// call is made by a thread whose working directory is /proc/self/fd, so that hundreds of layers fit into one page.
int sandbox_mount_overlay_by_descriptors(const char *options, const char *at);

/// openat2(2) resolving `path` as if `root` were the root directory: symbolic links and `..` never leave it.
int sandbox_open_in_root(int root, const char *path, int flags);

/// Whether the file at `path` has `text` in it: 1, 0, or -errno.
int sandbox_file_contains(const char *path, const char *text);

/// How `sandbox_spawn` starts a program.
struct sandbox_spawn_request {
    const char *path;          // absolute path of the program
    char *const *arguments;    // with argv[0], NULL at the end
    char *const *environment;  // NULL at the end
    int standard_input, standard_output, standard_error;  // descriptors that become 0, 1 and 2
    int own_namespaces;        // own pid and mount namespaces with a fresh /proc: the program is pid 1 there
    int new_session;           // setsid(2), away from the terminal of the caller
    const char *failed_call;   // out: the call that failed in the child
};
/// Starts the program; it is killed when the calling *thread* ends. Every other descriptor is closed in it.
/// Returns the pid, and a pidfd in *pidfd; or -errno, with `failed_call` naming the call.
pid_t sandbox_spawn(struct sandbox_spawn_request *request, int *pidfd);
/// Sends a signal through a pidfd. 0, or -errno.
int sandbox_signal(int pidfd, int signal);

/// The number of a system call, or -1 where the architecture does not have it.
/// Architectures: 0 x86-64, 1 x86, 2 arm64, 3 arm.
int sandbox_syscall_number(const char *name, int architecture);
