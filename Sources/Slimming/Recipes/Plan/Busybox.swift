/// What the small tools of Alpine do.
enum Busybox {
    /// Names that its links have.
    static let programs: Set<String> = [
        "[", "ash", "awk", "base64", "basename", "busybox", "cat", "chgrp", "chmod", "chown", "cp", "cut", "date", "dd",
        "df", "dirname", "du", "echo", "egrep", "env", "expr", "false", "fgrep", "find", "grep", "gunzip", "gzip",
        "head", "hostname", "id", "kill", "ln", "ls", "md5sum", "mkdir", "mktemp", "mv", "nc", "nice", "nslookup",
        "od", "pgrep", "pidof", "ping", "pkill", "printenv", "printf", "ps", "pwd", "readlink", "realpath", "rm",
        "rmdir", "sed", "seq", "sh", "sha1sum", "sha256sum", "sleep", "sort", "stat", "stty", "su", "tail", "tee",
        "test", "timeout", "touch", "tr", "true", "tty", "uname", "uniq", "unzip", "wc", "wget", "which", "whoami",
        "xargs", "yes",
        // What Debian calls its own.
        "dash", "mawk", "gawk",
    ]
}
