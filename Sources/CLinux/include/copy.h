// Calls the copy engine needs and that Swift cannot make itself: copying inside the kernel, and finding holes.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// ioctl FICLONE: makes `to` share the extents of `from`. 0, or -errno.
int copy_clone(int from, int to);

/// copy_file_range(2) at the current positions of both files. Bytes copied, 0 at the end, or -errno.
ssize_t copy_range(int from, int to, size_t length);

/// The next byte at or after `offset` that is data, or that is a hole. -ENXIO past the last data.
off_t copy_next_data(int fd, off_t offset);
off_t copy_next_hole(int fd, off_t offset);
