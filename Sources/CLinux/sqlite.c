#include "CLinux.h"

// Variadic, so that Swift cannot call it; weak, so that programs without SQLite can link this target.
extern int sqlite3_db_config(void *connection, int option, ...) __attribute__((weak));

int clinux_sqlite_keep_log(void *connection) {
    const int no_checkpoint_on_close = 1006; // SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE
    return sqlite3_db_config ? sqlite3_db_config(connection, no_checkpoint_on_close, 1, (int *)0) : 1;
}
