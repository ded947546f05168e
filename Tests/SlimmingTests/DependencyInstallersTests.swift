import Testing

@testable import Slimming

struct DependencyInstallersTests {
    private func text(_ step: String, _ files: [String: String]) throws -> String {
        let project = try SampleProject(files)
        let file = try view("FROM ruby:3.3\nWORKDIR /app\nCOPY . .\n\(step)\nCMD [\"run\"]\n")
        let situation = Situation(view: file, project: project.tree, evidence: nil)
        var plan = RuntimePlan(name: "sibling", bases: ["ruby:3.3-slim"])
        DependencyInstallers.leaveOutDevelopment(&plan, situation)
        return String(
            decoding: try Composer(view: file, plan: plan, base: "ruby:3.3-slim").compose().text(), as: UTF8.self)
    }

    @Test func bundlerIsToldInBothStages() throws {
        let gems = "gem \"rack\"\ngroup :development, :test do\n  gem \"rspec\"\nend\n"
        let result = try text("RUN bundle install", ["Gemfile": gems])
        #expect(result.contains("ENV BUNDLE_WITHOUT=development:test\nRUN bundle install\n"))
        #expect(result.contains("FROM ruby:3.3-slim\nENV BUNDLE_WITHOUT=development:test\n"))
    }

    @Test func composerInstallsWhatRuns() throws {
        let result = try text("RUN composer install --prefer-dist && composer dump-autoload", [:])
        #expect(
            result.contains(
                "RUN composer install --no-dev --optimize-autoloader --prefer-dist && composer dump-autoload\n"))
    }

    @Test(arguments: [
        "RUN composer install --no-dev", "ENV BUNDLE_WITHOUT=test\nRUN bundle install",
        "RUN bundle config set without test && bundle install", "RUN bundle exec rake",
    ])
    func whatIsSaidStays(_ step: String) throws {
        let result = try text(step, ["Gemfile": "group :test do\nend\n"])
        #expect(result.contains(step + "\n"))
        #expect(!result.contains("ENV BUNDLE_WITHOUT=test\nRUN bundle config"))
    }
}
