/// Ruby with Bundler: Rails, Rack, or a script.
enum RubyScaffold {
    static let kind = ScaffoldKind(marks: ["Gemfile"], make: make)

    private static func make(_ project: ProjectTree) throws(SlimmingError) -> Scaffold? {
        guard project.has("Gemfile") else { return nil }
        let start: [String]
        if project.has("bin/rails") {
            start = ["bin/rails", "server", "-b", "0.0.0.0"]
        } else if project.has("config.ru") {
            start = ["bundle", "exec", "rackup", "--host", "0.0.0.0", "--port", "9292"]
        } else if let script = ["app.rb", "server.rb", "main.rb"].first(where: project.has) {
            start = ["bundle", "exec", "ruby", script]
        } else {
            throw SlimmingError.incompleteProject(
                kind: "Ruby", reason: "there is no bin/rails, config.ru, app.rb, server.rb or main.rb to start")
        }
        let version = project.text(".ruby-version")?.filter { $0.isNumber || $0 == "." }
        return Scaffold(
            kind: "ruby", bases: (version.map { $0.isEmpty ? [] : ["ruby:\($0)"] } ?? []) + ["ruby:3", "ruby:latest"],
            body: "WORKDIR /app\nCOPY . .\nRUN bundle install\n" + ScaffoldKind.command(start))
    }
}
