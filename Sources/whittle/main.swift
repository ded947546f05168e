import ArgumentParser
import Glibc

// Output that nobody reads any more (`whittle images | head -1`) must not kill a build half-way.
signal(SIGPIPE, SIG_IGN)
// The process's own umask must not show in what is built.
umask(0o022)

await Program.run(Array(CommandLine.arguments.dropFirst()))
