#include "CLinux.h"
#include <errno.h>

int clinux_sync_filesystem(int fd) { return syncfs(fd) == 0 ? 0 : errno; }

void clinux_start_writeback(int fd, off_t offset, off_t length) {
    (void)sync_file_range(fd, offset, length, SYNC_FILE_RANGE_WRITE);
}
