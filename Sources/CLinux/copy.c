#define _GNU_SOURCE 1
#include "copy.h"
#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <linux/fs.h>

int copy_clone(int from, int to) {
    return ioctl(to, FICLONE, from) < 0 ? -errno : 0;
}

ssize_t copy_range(int from, int to, size_t length) {
    ssize_t count = copy_file_range(from, NULL, to, NULL, length, 0);
    return count < 0 ? -errno : count;
}

off_t copy_next_data(int fd, off_t offset) {
    off_t position = lseek(fd, offset, SEEK_DATA);
    return position < 0 ? -errno : position;
}

off_t copy_next_hole(int fd, off_t offset) {
    off_t position = lseek(fd, offset, SEEK_HOLE);
    return position < 0 ? -errno : position;
}
