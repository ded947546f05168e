import ArgumentParser
import Glibc

// Output that nobody reads any more (`whittle images | head -1`) must not kill a build half-way.
signal(SIGPIPE, SIG_IGN)
// The process's own umask must not show in what is built.
umask(0o022)
// Walks keep a descriptor open for each level of a tree, and for each layer below.
var files = rlimit()
if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files) == 0 {
    files.rlim_cur = files.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
}

// Up to here there is one thread, so a mount namespace entered now is that of all threads to come.
let command = Program.prepare(Array(CommandLine.arguments.dropFirst()))
await Program.run(command)
