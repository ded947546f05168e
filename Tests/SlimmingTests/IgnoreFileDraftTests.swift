import Testing

@testable import Slimming

struct IgnoreFileDraftTests {
    /// The lines that would be ignored.
    private func ignored(_ dockerfile: String, _ files: [String: String]) throws -> Set<String> {
        let project = try SampleProject(files)
        let text = IgnoreFileDraft.text(try view(dockerfile), project.tree, existing: nil) ?? ""
        return Set(text.split(separator: "\n").map(String.init))
    }

    @Test func neverHidesWhatIsCopied() throws {
        let lines = try ignored(
            "FROM node:20\nCOPY node_modules ./node_modules\nCOPY Dockerfile.tpl target/app.jar ./\nRUN git describe > v\n",
            ["package.json": "{}", "node_modules/a/index.js": "", "target/app.jar": "", "pom.xml": ""])
        for hidden in ["**/node_modules", "Dockerfile*", "target", ".git"] {
            #expect(!lines.contains(hidden), "\(hidden) is copied or read")
        }
        #expect(lines.contains("**/__pycache__"))
    }

    @Test(arguments: [
        ("COPY web/node_modules /x", "**/node_modules"), ("COPY web/node_modules/*/dist /x/", "**/node_modules"),
        ("COPY ./coverage/ /cov/", "coverage"), ("COPY [\"venv\", \"/opt/venv\"]", "venv"),
        ("COPY .gi* /y/", ".gitignore"), ("COPY [.]idea /z", ".idea"), ("COPY Dockerfil?.tpl /x", "Dockerfile*"),
        ("COPY docker-compose.y?l ./", "docker-compose*.yml"), ("COPY logs/../a.log /x", "*.log"),
        ("ADD a.log /x", "*.log"), ("COPY target/*.jar /app/", "target"),
        ("RUN --mount=type=bind,source=Dockerfile.tpl,target=/t true", "Dockerfile*"),
    ])
    func neverHidesWhatIsSelected(_ line: String, _ pattern: String) throws {
        let files = [
            "web/node_modules/a/dist/x": "", "coverage/lcov.info": "", "venv/pyvenv.cfg": "", ".gitignore": "",
            ".idea/x": "", "Dockerfile.tpl": "", "docker-compose.yml": "", "a.log": "", "target/a.jar": "",
            "pom.xml": "",
        ]
        #expect(!(try ignored("FROM node:20\nCOPY . .\n\(line)\n", files)).contains(pattern))
        #expect(try ignored("FROM node:20\nCOPY . .\nCOPY * /x/\n", files).contains(pattern))
    }

    @Test(arguments: [
        ("Makefile", "V = $(shell git describe)\n"), ("build.sh", "git rev-parse HEAD > v\n"),
        ("build.gradle", "plugins { id 'com.gorylenko.gradle-git-properties' version '2.4.1' }\n"),
        ("Cargo.toml", "[build-dependencies]\nvergen = { version = \"8\", features = [\"git\"] }\n"),
        ("pyproject.toml", "[build-system]\nrequires = [\"hatchling\", \"hatch-vcs\"]\n"),
        ("pyproject.toml", "[build-system]\nrequires = [\"setuptools-scm\"]\n"),
        ("main.go", "package main\nvar key = \"vcs.revision\"\n"),
        ("vite.config.js", "require('child_process').execSync('git describe')\n"),
    ])
    func keepsTheHistoryThatABuildReads(_ file: String, _ text: String) throws {
        #expect(!(try ignored("FROM x\nCOPY . .\nRUN make\n", [file: text])).contains(".git"))
        #expect(try ignored("FROM x\nCOPY . .\nRUN make\n", [file: "nothing\n"]).contains(".git"))
    }

    @Test func leavesDirectoriesThatMayBeCode() throws {
        let lines = try ignored("FROM x\nCOPY . .\n", ["coverage/a.go": "", "venv/main.py": "", "target/x.py": ""])
        #expect(lines.isDisjoint(with: ["coverage", "venv", "target", "README.md", "LICENSE", ".env"]))
    }

    @Test func addsToWhatIsThereOnce() throws {
        let project = try SampleProject(["package.json": "{}"])
        let file = try view("FROM node:20\nCOPY . .\n")
        let first = try #require(IgnoreFileDraft.text(file, project.tree, existing: "# mine\nsecret"))
        #expect(first.hasPrefix("# mine\nsecret\n"))
        #expect(IgnoreFileDraft.text(file, project.tree, existing: first) == nil)
    }
}
