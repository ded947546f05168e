#define _GNU_SOURCE 1
#include "context.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

struct record {
    uint64_t inode;
    int64_t offset;
    unsigned short length;
    unsigned char type;
    char name[];
};

ssize_t context_read_directory(int fd, void *buffer, size_t size) {
    long count = syscall(SYS_getdents64, fd, buffer, size);
    return count < 0 ? -errno : count;
}

size_t context_directory_record(const void *record, const char **name, size_t *name_length, unsigned char *type) {
    const struct record *fields = record;
    *name = fields->name;
    *name_length = strlen(fields->name);
    *type = fields->type;
    return fields->length;
}

// One openat2 call resolves this much; a path may have PATH_MAX (4,096) bytes with its NUL.
enum { CHUNK = 4000 };

static int open_one(int directory, const char *path, int flags) {
    struct open_how how = {
        .flags = (unsigned)(flags | O_CLOEXEC),
        .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
    };
    long fd;
    do {
        fd = syscall(SYS_openat2, directory, path, &how, sizeof how);
    } while (fd < 0 && (errno == EINTR || errno == EAGAIN));
    return fd < 0 ? -errno : (int)fd;
}

/// Opens `path` piece by piece; each piece is at most `chunk` bytes, or one component where that is longer.
static int open_pieces(int root, const char *path, size_t length, int flags, size_t chunk, int beneath) {
    int directory = root;
    for (;;) {
        size_t end = length;
        if (length > chunk) {
            end = 0;
            for (size_t index = 0; index < length && (index <= chunk || end == 0); index++)
                if (path[index] == '/') end = index;
            if (end == 0) end = length;
        }
        char piece[CHUNK + 256 + 2];
        if (end >= sizeof piece) {
            if (directory != root) close(directory);
            return -ENAMETOOLONG;
        }
        memcpy(piece, path, end);
        piece[end] = 0;
        int last = end == length;
        int piece_flags = last ? flags : O_PATH | O_DIRECTORY;
        int next;
        if (beneath) {
            next = open_one(directory, piece, piece_flags);
        } else {
            next = openat(directory, piece, piece_flags | O_NOFOLLOW | O_CLOEXEC);
            if (next < 0) next = -errno;
        }
        if (directory != root) close(directory);
        if (next < 0 || last) return next;
        directory = next;
        path += end + 1;
        length -= end + 1;
    }
}

int context_open_beneath(int root, const char *path, size_t length, int flags) {
    if (length == 0) {
        int fd = openat(root, ".", flags | O_CLOEXEC);
        return fd < 0 ? -errno : fd;
    }
    int fd = open_pieces(root, path, length, flags, CHUNK, 1);
    // Kernels before 5.6, and filters that do not know the call: one component at a time.
    if (fd == -ENOSYS || fd == -EPERM) fd = open_pieces(root, path, length, flags, 1, 0);
    return fd;
}

int context_open_directory_in_root(int root, const char *path, size_t length) {
    if (length == 0 || length > CHUNK) return context_open_beneath(root, path, length, O_RDONLY | O_DIRECTORY);
    char text[CHUNK + 1];
    memcpy(text, path, length);
    text[length] = 0;
    struct open_how how = {
        .flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
    };
    long fd;
    do {
        fd = syscall(SYS_openat2, root, text, &how, sizeof how);
    } while (fd < 0 && (errno == EINTR || errno == EAGAIN));
    if (fd >= 0) return (int)fd;
    // Without the call, links are refused instead of followed inside.
    if (errno == ENOSYS || errno == EPERM) return context_open_beneath(root, path, length, O_RDONLY | O_DIRECTORY);
    return -errno;
}
