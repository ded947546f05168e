import OCI
import Running
import Testing

@testable import Slimming

/// Package managers of Node that only start what a script says.
struct StartScriptTests {
    private func words(
        _ command: String, scripts: String, files: [String: String] = [:], opened: Set<String> = []
    ) throws -> [String]? {
        var files = files
        files["usr/bin/apt-get"] = ""
        files["app/package.json"] = "{\"scripts\": {\(scripts)}}"
        let image = try SampleProject(files)
        var config = ContainerConfig()
        config.workingDir = "/app"
        var observation = Observation()
        observation.opened = opened
        let evidence = Evidence(
            observation: observation, image: RootView(directory: image.root), base: RootView(directory: "/nonexistent"),
            config: config, baseConfig: ContainerConfig(), added: [])
        let file = try view("FROM node:20\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD \(command)\n")
        return StartScript(Situation(view: file, project: image.tree, evidence: evidence), evidence)?.words
    }

    @Test(arguments: [
        ("npm start", "\"start\": \"node dist/index.js\"", ["node", "dist/index.js"]),
        (
            "[\"npm\", \"run\", \"--silent\", \"serve\"]", "\"serve\": \"node --enable-source-maps a.js\"",
            ["node", "--enable-source-maps", "a.js"]
        ),
        (
            "npm start", "\"prestart\": \"node -e \\\"console.log('m:', 1)\\\"\", \"start\": \"node a.js\"",
            ["sh", "-c", "node -e \"console.log('m:', 1)\" && exec node a.js"]
        ),
        (
            "yarn start", "\"start\": \"node migrate.js && node a.js\"",
            ["sh", "-c", "node migrate.js && exec node a.js"]
        ),
        ("npm start", "\"start\": \"node a.js --port $PORT\"", ["sh", "-c", "exec node a.js --port $PORT"]),
        ("pnpm start", "\"prestart\": \"node x.js\", \"start\": \"node a.js\"", ["node", "a.js"]),
    ])
    func startsTheSame(_ command: String, _ scripts: String, _ expected: [String]) throws {
        #expect(try words(command, scripts: scripts) == expected)
    }

    @Test(arguments: [
        ("npm start", "\"start\": \"tsx a.ts\""), ("npm start", "\"start\": \"node a.js & node b.js\""),
        ("npm start", "\"start\": \"node a.js || node b.js\""), ("npm start", "\"start\": \"node a.js | tee log\""),
        ("npm start", "\"prestart\": \"bin/check.sh\", \"start\": \"node a.js\""),
        ("npm start", "\"start\": \"node a.js\", \"poststart\": \"echo bye\""),
        ("npm start -- --port 80", "\"start\": \"node a.js\""), ("npm test", "\"test\": \"node a.js\""),
        ("npm start", "\"start\": \"MODE=x node a.js\""), ("node a.js", "\"start\": \"node a.js\""),
    ])
    func staysWhereMoreHappens(_ command: String, _ scripts: String) throws {
        #expect(try words(command, scripts: scripts) == nil)
    }

    @Test func staysWhereSomebodyAsksForIt() throws {
        let scripts = "\"start\": \"node a.js\""
        #expect(try words("npm start", scripts: scripts, files: ["app/a.js": "process.env.npm_package_version"]) == nil)
        let library = ["app/a.js": "x", "app/node_modules/lib/a.js": "process.env.npm_config_user_agent"]
        #expect(try words("npm start", scripts: scripts, files: library) == ["node", "a.js"])
        #expect(
            try words("npm start", scripts: scripts, files: library, opened: ["/app/node_modules/lib/a.js"]) == nil)
        #expect(try words("npm start", scripts: scripts, files: ["app/.npmrc": "ignore-scripts=true\n"]) == nil)
    }

    @Test func aServerIsStartedWithoutAScript() throws {
        #expect(try words("npm start", scripts: "", files: ["app/server.js": ""]) == ["node", "server.js"])
        #expect(try words("npm start", scripts: "") == nil)
    }

    @Test(arguments: [
        (["CMD", "python", "-c", "x"], true), (["CMD-SHELL", "python3 check.py || exit 1"], true), (["NONE"], true),
        ([], true),
        (["CMD-SHELL", "curl -f http://localhost/ || exit 1"], false), (["CMD", "/usr/bin/curl", "x"], false),
        (["CMD-SHELL", "python -c x && test \"$(curl x)\""], false),
    ])
    func anInterpreterAnswersItsOwnHealthChecks(_ test: [String], _ expected: Bool) {
        #expect(LeanInterpreter.isAnswered(test, by: ["python"]) == expected)
    }
}
