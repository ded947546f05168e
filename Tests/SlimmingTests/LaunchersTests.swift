import Testing

@testable import Slimming

struct LaunchersTests {
    @Test func aLauncherOnlyPutsTheEnvironmentOnThePath() throws {
        let project = try SampleProject([
            "Pipfile": "[scripts]\nserve = \"gunicorn app:app\"\n[packages]\n", "pyproject.toml": "",
        ])
        func unwrapped(_ words: [String]) -> [String]? { Launchers.unwrapped(words, project.tree) }
        #expect(unwrapped(["poetry", "run", "gunicorn", "a:b"]) == ["gunicorn", "a:b"])
        #expect(unwrapped(["uv", "run", "--no-sync", "main.py"]) == ["python", "main.py"])
        #expect(unwrapped(["pipenv", "run", "gunicorn"]) == ["gunicorn"])
        #expect(unwrapped(["pipenv", "run", "serve"]) == nil)
        #expect(unwrapped(["uv", "run", "--with", "x", "y"]) == nil)
        #expect(unwrapped(["python", "run", "x"]) == nil)
    }

    @Test func flagsGoWithTheirBlank() {
        var text = RunText("RUN pip install --user -r a.txt && pip install --user-agent x --user")
        text.remove("--user")
        #expect(text.text == "RUN pip install -r a.txt && pip install --user-agent x")
    }

    @Test(arguments: [
        ("uv sync --frozen", "uv sync --no-dev --frozen"), ("uv sync --dev", nil),
        ("pdm install", "pdm install --prod"),
        ("poetry install --no-root", "poetry install --without dev --no-root"), ("poetry install --only main", nil),
        ("pipenv install --dev --system", "pipenv install --system"), ("pip install -r a.txt", nil),
    ])
    func developmentIsLeftOutUnlessItIsAskedFor(_ command: String, _ expected: String?) throws {
        let project = try SampleProject(["pyproject.toml": "[tool.poetry.group.dev.dependencies]\npytest = \"*\"\n"])
        let view = try view("FROM python:3.12\nRUN \(command)\n")
        var plan = RuntimePlan(name: "sample", bases: [])
        PythonDevelopment.leaveOut(&plan, Situation(view: view, project: project.tree, evidence: nil))
        #expect(plan.replacements.values.first == expected.map { "RUN " + $0 })
    }

    @Test func downloadsAreKeptForRootAlone() throws {
        let project = try SampleProject([:])
        func replaced(_ text: String) throws -> [String] {
            var plan = RuntimePlan(name: "sample", bases: [])
            DownloadCaches.add(
                to: &plan, Situation(view: try view(text), project: project.tree, evidence: nil))
            return plan.replacements.sorted { $0.key < $1.key }.map(\.value)
        }
        #expect(
            try replaced("FROM node:20\nRUN npm ci && npm run build\nRUN npm test\n") == [
                "RUN --mount=type=cache,target=/root/.npm npm ci && npm run build"
            ])
        #expect(try replaced("FROM node:20\nUSER node\nRUN npm ci\n").isEmpty)
        #expect(try replaced("FROM python:3\nENV PIP_NO_CACHE_DIR=1\nRUN pip install x\n").isEmpty)
        #expect(try replaced("FROM python:3\nRUN pip install --no-cache-dir x\n").isEmpty)
    }
}
