// The few Linux calls that Swift's Glibc overlay does not import: variadic, macro-only, or missing from glibc.
#pragma once
#define _GNU_SOURCE 1
// Kernel types come first: their fd_set keeps its field's name.
#include <linux/types.h>
// Swift's Glibc module is read without _GNU_SOURCE, and the two views of fd_set must agree.
#define fds_bits __fds_bits
#include <sys/types.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/mount.h>
#include <sys/xattr.h>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>
#include <dirent.h>
#include <stdio.h>
#undef fds_bits
#include "sandbox.h"
#include "copy.h"
#include "context.h"
#include "fanotify.h"

/// syncfs(2): writes out everything of the file system that holds `fd`. Returns 0 or an errno value.
int clinux_sync_filesystem(int fd);
/// Starts writing out the dirty pages of a range of a file without waiting (sync_file_range(2)); a hint, so no result.
void clinux_start_writeback(int fd, off_t offset, off_t length);

/// Lets an SQLite connection (`sqlite3 *`) leave its write-ahead log as it is when it closes, rather than copy it into the
/// database and wait for the disk. Returns an SQLite result code; 1 in a program without SQLite.
int clinux_sqlite_keep_log(void *connection);
