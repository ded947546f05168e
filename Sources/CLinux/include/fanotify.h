// Recording which files of a file system are opened (fanotify(7)).
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// A queue of events that never overflows; needs CAP_SYS_ADMIN. The descriptor, or -errno.
int fanotify_open_queue(void);
/// Reports each opening and each start of a program in the file system mounted at `path`, by whichever mount. 0, or -errno.
int fanotify_watch_file_system(int queue, const char *path);
/// Takes the event at `offset` of `length` bytes read from a queue: the file's descriptor, which is the caller's to close, and
/// whether a program was started from it. Returns the offset of the next event, or 0 when there is none.
size_t fanotify_take_event(const void *buffer, size_t length, size_t offset, int *file, int *is_program);
