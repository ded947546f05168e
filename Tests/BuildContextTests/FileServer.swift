import FoundationEssentials
import Glibc

/// A small HTTP server of its own process, which serves a directory and a few special paths on a loopback port.
final class FileServer: Sendable {
    let url: String
    private let process: pid_t

    private static let program = """
        import http.server, sys, os, base64
        os.chdir(sys.argv[1])
        class Handler(http.server.SimpleHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'
            def log_message(self, *a): pass
            def reply(self, status, body=b'', headers={}):
                self.send_response(status)
                for k, v in headers.items(): self.send_header(k, v)
                self.send_header('Content-Length', str(len(body)))
                self.end_headers()
                if self.command != 'HEAD' and status != 304: self.wfile.write(body)
            def do_GET(self):
                if self.path == '/moved': return self.reply(302, b'', {'Location': '/etag'})
                if self.path == '/circle': return self.reply(302, b'', {'Location': '/circle'})
                if self.path == '/broken':
                    self.send_response(200); self.send_header('Content-Length', '1000'); self.end_headers()
                    self.wfile.write(b'short'); self.wfile.flush(); self.close_connection = True; return
                if self.path == '/status/500': return self.reply(500)
                if self.path == '/auth':
                    want = 'Basic ' + base64.b64encode(b'user:pa ss').decode()
                    return self.reply(200, b'secret') if self.headers.get('Authorization') == want else self.reply(401)
                if self.path == '/etag':
                    if self.headers.get('If-None-Match') == '"tag"': return self.reply(304)
                    return self.reply(200, b'hello', {'ETag': 'W/"tag"', 'Last-Modified': 'Sun, 06 Nov 1994 08:49:37 GMT'})
                super().do_GET()
        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        server.daemon_threads = True
        print(server.server_address[1], flush=True)
        server.serve_forever()
        """

    init(root: String) throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw POSIXFailure(code: errno) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_addclose(&actions, ends[0])
        posix_spawn_file_actions_addclose(&actions, ends[1])
        let words = ["python3", "-c", Self.program, root]
        let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        var child = pid_t()
        let status = posix_spawnp(&child, "python3", &actions, nil, arguments, environ)
        posix_spawn_file_actions_destroy(&actions)
        close(ends[1])
        guard status == 0 else { throw POSIXFailure(code: status) }
        process = child
        var port: [UInt8] = []
        var byte: UInt8 = 0
        while read(ends[0], &byte, 1) == 1, byte != 0x0A { port.append(byte) }
        close(ends[0])
        url = "http://127.0.0.1:" + String(decoding: port, as: UTF8.self)
    }

    deinit {
        kill(process, SIGKILL)
        waitpid(process, nil, 0)
    }
}
