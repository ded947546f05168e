/// Files for a web server.
enum SiteScaffold {
    static let kind = ScaffoldKind(marks: ["index.html"], make: make)

    private static func make(_ project: ProjectTree) throws(SlimmingError) -> Scaffold? {
        guard project.has("index.html") else { return nil }
        return Scaffold(
            kind: "site", bases: ["nginx:alpine", "nginx:latest"],
            body: "COPY . /usr/share/nginx/html/\nEXPOSE 80\n")
    }
}
