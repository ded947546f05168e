#define _GNU_SOURCE 1
#include "include/fanotify.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/fanotify.h>

int fanotify_open_queue(void) {
    int queue = fanotify_init(FAN_CLASS_NOTIF | FAN_UNLIMITED_QUEUE | FAN_CLOEXEC | FAN_NONBLOCK,
                              O_RDONLY | O_LARGEFILE | O_CLOEXEC);
    return queue < 0 ? -errno : queue;
}

int fanotify_watch_file_system(int queue, const char *path) {
    uint64_t events = FAN_OPEN | FAN_OPEN_EXEC | FAN_ONDIR;
    return fanotify_mark(queue, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, events, AT_FDCWD, path) < 0 ? -errno : 0;
}

size_t fanotify_take_event(const void *buffer, size_t length, size_t offset, int *file, int *is_program) {
    if (offset > length || length - offset < sizeof(struct fanotify_event_metadata)) return 0;
    const struct fanotify_event_metadata *event = (const void *)((const char *)buffer + offset);
    if (event->event_len < sizeof *event || event->event_len > length - offset) return 0;
    *file = event->fd;
    *is_program = (event->mask & FAN_OPEN_EXEC) != 0;
    return offset + event->event_len;
}
