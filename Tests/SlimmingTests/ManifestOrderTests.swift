import Testing

@testable import Slimming

struct ManifestOrderTests {
    private func order(_ text: String) throws -> ManifestOrder? {
        let view = try view(text)
        let install = try #require(
            view.runs.first { !$0.script.commands.allSatisfy(ManifestOrder.needsNoSources) }?.instruction.nodeIndex)
        return ManifestOrder(view, install: install)
    }

    private func read(_ command: String, _ files: [String: String], workdir: String = "/app") throws -> Set<String>? {
        let order = try #require(try order("FROM python:3.12\nCOPY . /app\nWORKDIR \(workdir)\nRUN \(command)\n"))
        let project = try SampleProject(files)
        let command = try #require(ShellScript(command).commands.first)
        return PythonManifests(project: project.tree, order: order).read(by: command)
    }

    @Test func findsTheCopyThatAnInstallationWaitsFor() throws {
        let found = try #require(
            try order("FROM python:3.12\nCOPY . /srv\nWORKDIR /srv\nRUN pip install -U pip\nRUN pip install -r a.txt\n")
        )
        #expect(found.directory == "/srv" && found.workingDirectory == "/srv")
        #expect(found.path("a.txt") == "a.txt" && found.path(".") == nil && found.path("/etc/x") == nil)
    }

    @Test(arguments: [
        "FROM python:3.12\nCOPY . .\nRUN ./configure\nRUN pip install -r a.txt\n",
        "FROM python:3.12\nCOPY . .\nWORKDIR /elsewhere\nRUN pip install -r /a.txt\n",
        "FROM python:3.12\nCOPY . /app\nCOPY extra /app\nRUN pip install -r /app/a.txt\n",
        "FROM python:3.12\nCOPY a.txt /app/\nRUN pip install -r /app/a.txt\n",
        "FROM python:3.12\nCOPY . $DIR\nRUN pip install -r a.txt\n",
    ])
    func findsNoneWhereASourceMayBeNeededBefore(_ text: String) throws {
        let view = try view(text)
        let install = try #require(view.runs.last?.instruction.nodeIndex)
        #expect(ManifestOrder(view, install: install) == nil)
    }

    @Test func followsRequirementsToWhatTheyName() throws {
        let files = [
            "requirements/base.txt": "flask==3\n-c constraints.txt\n# -r nothing.txt\n",
            "requirements/constraints.txt": "flask==3\n",
            "requirements/prod.txt":
                "-r base.txt\n./libs/greet\n-e ./libs/shout[x]\n--find-links wheels\nrequests>=2 # ./no\n",
            "libs/greet/setup.py": "", "libs/shout/setup.py": "", "wheels/a.whl": "",
        ]
        #expect(
            try read("pip install --no-deps -r requirements/prod.txt", files) == [
                "requirements/prod.txt", "requirements/base.txt", "requirements/constraints.txt", "libs/greet",
                "libs/shout", "wheels",
            ])
    }

    @Test(arguments: [
        "pip install .", "pip install -e .", "pip install -r $FILE", "pip install -r missing.txt", "make",
    ])
    func knowsWhatItCannotTell(_ command: String) throws {
        #expect(try read(command, ["setup.py": ""]) == nil)
    }

    @Test func aRequirementThatIsTheProjectNeedsTheProject() throws {
        #expect(try read("pip install -r r.txt", ["r.txt": "-e .\nflask\n"]) == nil)
        #expect(
            try read("pip install -r r.txt", ["r.txt": "git+file:///app/lib.git\n", "lib.git/HEAD": ""]) == [
                "r.txt", "lib.git",
            ])
    }

    @Test func managersThatInstallTheProjectNeedIt() throws {
        let package = ["pyproject.toml": "[build-system]\n", "poetry.lock": "", "uv.lock": ""]
        #expect(try read("poetry install", package) == nil)
        #expect(try read("poetry install --no-root", package) == ["pyproject.toml", "poetry.lock"])
        #expect(try read("uv sync --frozen", package) == nil)
        #expect(try read("uv sync --frozen", ["pyproject.toml": "", "uv.lock": ""]) == ["pyproject.toml", "uv.lock"])
        #expect(try read("uv pip install -r a.txt --system", ["a.txt": "x"]) == ["a.txt"])
        #expect(
            try read("pipenv install --system", ["Pipfile": "", "Pipfile.lock": ""]) == ["Pipfile", "Pipfile.lock"])
        #expect(try read("pipenv install --system", ["Pipfile": "a = {path = \".\"}"]) == nil)
    }

    @Test func splitsAnInstallationFromTheBuildBehindIt() {
        let text = RunText("RUN npm ci \\\n    && npm run build && npm test")
        #expect(text.split(before: 1)?.first == "RUN npm ci")
        #expect(text.split(before: 1)?.rest == "RUN npm run build && npm test")
        for other in ["RUN cd a && npm ci && npm run build", "RUN npm ci; npm run build", "RUN npm ci || npm run x"] {
            #expect(RunText(other).split(before: 1) == nil)
        }
    }
}
