// Calls for walking a build context: reading a directory without a DIR stream, and opening a path of any length below a
// directory without ever following a symbolic link.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// getdents64(2). Bytes written to `buffer`, 0 at the end, or -errno.
ssize_t context_read_directory(int fd, void *buffer, size_t size);

/// The fields of the record at `record`: the name (NUL-terminated), its length, and its DT_ type. Returns the record's length.
size_t context_directory_record(const void *record, const char **name, size_t *name_length, unsigned char *type);

/// Opens `path` (relative, clean, `length` bytes and a NUL; empty for the directory itself) below the directory `root`.
/// A symbolic link anywhere in the path is an error (-ELOOP). The path may be longer than PATH_MAX. The descriptor, or -errno.
int context_open_beneath(int root, const char *path, size_t length, int flags);

/// Opens the directory `path` (relative, `length` bytes) as if `root` were the root directory: symbolic links are followed,
/// `..` and absolute targets stay inside. The descriptor, or -errno.
int context_open_directory_in_root(int root, const char *path, size_t length);
