import DockerfileSyntax
import Testing

@testable import Slimming

/// The Dockerfiles that projects without one start from.
struct ScaffoldTests {
    private func scaffold(_ files: [String: String]) throws -> Scaffold {
        let project = try SampleProject(files)
        let scaffold = try Scaffold.find(in: project.root)
        let text = scaffold.dockerfile(base: scaffold.bases[0])
        _ = try Dockerfile.parse(text, path: "Dockerfile").resolve()
        return scaffold
    }
    private func text(_ files: [String: String]) throws -> String {
        let scaffold = try scaffold(files)
        return scaffold.dockerfile(base: scaffold.bases[0])
    }

    @Test func goTakesTheServerOfSeveralPrograms() throws {
        let text = try text([
            "go.mod": "module example.org/shop\n\ngo 1.21.3\n", "cmd/migrate/main.go": "package main\n",
            "cmd/shop/main.go": "package main\n", "vendor/x/main.go": "package main\n",
            "gen.go": "//go:build ignore\npackage main\n",
        ])
        #expect(text.hasPrefix("FROM golang:1.21\n"))
        #expect(text.contains("RUN go build -o /usr/local/bin/app ./cmd/shop\nCMD [\"app\"]\n"))
    }

    @Test func rustTakesTheMemberWithAProgram() throws {
        let text = try text([
            "Cargo.toml": "[workspace]\nmembers = [\"lib\", \"server\"]\n",
            "lib/Cargo.toml": "[package]\nname = \"lib\"\n",
            "lib/src/lib.rs": "", "server/Cargo.toml": "[package]\nedition = \"2021\"\nname = \"shop-server\"\n",
            "server/src/main.rs": "fn main() {}",
        ])
        #expect(text.contains("RUN cargo build --release -p shop-server\nCMD [\"./target/release/shop-server\"]\n"))
    }

    @Test func mavenReadsItsOwnNameAndNotItsParents() throws {
        let pom = """
            <project><parent><artifactId>spring-boot-starter-parent</artifactId><version>3.3.1</version></parent>
            <artifactId>demo</artifactId><version>0.1</version><properties><java.version>17</java.version></properties>
            <dependencies><dependency><artifactId>x</artifactId><version>9</version></dependency></dependencies>
            <build><plugins><plugin><artifactId>spring-boot-maven-plugin</artifactId></plugin></plugins></build></project>
            """
        let text = try text(["pom.xml": pom, "mvnw": "#!/bin/sh\n"])
        #expect(text.hasPrefix("FROM eclipse-temurin:17\n"))
        #expect(
            text.contains("RUN sh mvnw -q package -DskipTests\nCMD [\"java\", \"-jar\", \"target/demo-0.1.jar\"]\n"))
    }

    @Test func mavenStartsTheClassWhereTheArchiveNamesNone() throws {
        let text = try text([
            "pom.xml": "<project><artifactId>a</artifactId><version>1</version></project>",
            "src/main/java/x/Run.java": "package x;\nclass Run { public static void main(String[] a) {} }\n",
        ])
        #expect(text.contains("CMD [\"java\", \"-cp\", \"target/a-1.jar\", \"x.Run\"]"))
    }

    @Test func gradle() throws {
        let text = try text([
            "build.gradle": "plugins { id 'org.springframework.boot' version '3.3.1' }\nversion = '0.2'\n",
            "settings.gradle": "rootProject.name = 'shop'\n", "gradlew": "",
        ])
        #expect(
            text.contains("RUN sh gradlew --no-daemon bootJar\nCMD [\"java\", \"-jar\", \"build/libs/shop-0.2.jar\"]"))
    }

    @Test(arguments: [
        (["a.csproj": "<Project Sdk=\"Microsoft.NET.Sdk.Web\"><TargetFramework>net8.0</TargetFramework>"], "dotnet"),
        (["Gemfile": "", "config.ru": ""], "ruby"), (["index.php": ""], "php"), (["index.html": ""], "site"),
        (["package.json": "{\"main\":\"a.js\"}"], "node"), (["requirements.txt": "", "main.py": ""], "python"),
        (["requirements.txt": "django", "manage.py": ""], "python"),
    ])
    func recognises(_ files: [String: String], _ kind: String) throws { #expect(try scaffold(files).kind == kind) }

    @Test(arguments: [
        (
            "{\"scripts\":{\"build\":\"vite build\",\"dev\":\"vite\"},\"devDependencies\":{\"vite\":\"5\"}}",
            "index.html", "dist"
        ),
        (
            "{\"scripts\":{\"start\":\"react-scripts start\",\"build\":\"react-scripts build\"}}", "public/index.html",
            "build"
        ),
        ("{\"scripts\":{\"start\":\"vite\",\"build\":\"tsc && vite build --outDir www\"}}", "index.html", "www"),
    ])
    func aFrontEndGetsAServerOfFiles(_ manifest: String, _ page: String, _ output: String) throws {
        let text = try text(["package.json": manifest, "package-lock.json": "{}", page: ""])
        #expect(
            text.hasPrefix(
                "FROM node:22 AS build\nWORKDIR /app\nCOPY . .\nRUN npm ci\nRUN npm run build\n\nFROM nginx:alpine\n"))
        #expect(
            text.hasSuffix(
                "COPY --from=build /app/\(output)/ /usr/share/nginx/html/\nEXPOSE 8080\nUSER 10001:10001\n"))
    }

    @Test func nodeIsStartedAsInProduction() throws {
        let text = try text([
            "package.json": "{\"scripts\":{\"start\":\"nest start\",\"start:prod\":\"node dist/main\"}}"
        ])
        #expect(text.hasSuffix("CMD [\"npm\", \"run\", \"start:prod\"]\n"))
    }

    @Test func aServerThatBuildsAFrontEndIsStarted() throws {
        let text = try text([
            "package.json": "{\"scripts\":{\"start\":\"node server.js\",\"build\":\"vite build\"}}", "index.html": "",
        ])
        #expect(text.hasSuffix("RUN npm run build\nCMD [\"npm\", \"start\"]\n"))
    }

    @Test(arguments: [
        (
            ["requirements.txt": "fastapi\nuvicorn\n", "shop/main.py": "api: FastAPI = FastAPI()\n"],
            ["uvicorn", "shop.main:api", "--host", "0.0.0.0"]
        ),
        (
            ["pyproject.toml": "dependencies = [\"fastapi\", \"uvicorn\"]\n", "src/shop/app.py": "app = FastAPI(x)\n"],
            ["uvicorn", "--app-dir", "src", "shop.app:app", "--host", "0.0.0.0"]
        ),
        (
            ["requirements.txt": "Flask\ngunicorn\n", "app.py": "app = Flask(__name__)\n"],
            ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]
        ),
        (
            [
                "requirements.txt": "Flask\ngunicorn\n",
                "web/__init__.py": "def create_app():\n    app = Flask(__name__)\n    return app\n",
            ], ["gunicorn", "--bind", "0.0.0.0:8000", "web:create_app()"]
        ),
        (
            ["requirements.txt": "flask\n", "app.py": "app = Flask(__name__)\napp.run()\n"], ["python", "app.py"]
        ),
        (
            ["requirements.txt": "flask\n", "app.py": "app = Flask(__name__)\n"],
            ["flask", "--app", "app", "run", "--host", "0.0.0.0"]
        ),
        (
            [
                "requirements/production.txt": "-r base.txt\ngunicorn\n", "requirements/base.txt": "Django\n",
                "manage.py": "", "shop/wsgi.py": "",
            ],
            ["gunicorn", "--bind", "0.0.0.0:8000", "shop.wsgi"]
        ),
        (["requirements.txt": "django\n", "manage.py": ""], ["python", "manage.py", "runserver", "0.0.0.0:8000"]),
    ])
    func pythonStartsByItsFramework(_ files: [String: String], _ words: [String]) throws {
        let result = try text(files)
        #expect(result.hasSuffix(ScaffoldKind.command(words)), "\(result)")
    }

    @Test func pythonInstallsWhatIsListedOrLocked() throws {
        #expect(
            try text(["requirements/production.txt": "", "main.py": ""]).contains(
                "RUN pip install -r requirements/production.txt\n"))
        #expect(
            try text(["pyproject.toml": "", "uv.lock": "", "main.py": ""]).contains(
                "RUN pip install uv && uv sync --frozen --no-dev\nENV PATH=/app/.venv/bin:$PATH\n"))
        #expect(try text(["pyproject.toml": "", "main.py": ""]).contains("RUN pip install .\n"))
    }

    @Test func namesWhatItLookedFor() throws {
        let project = try SampleProject(["notes.txt": "x"])
        let error = #expect(throws: SlimmingError.self) { try Scaffold.find(in: project.root) }
        let text = error?.description ?? ""
        for name in ["go.mod", "Cargo.toml", "pom.xml", "package.json", "requirements.txt", "index.html"] {
            #expect(text.contains(name))
        }
    }

    @Test(arguments: [
        (["go.mod": "module a\n", "a.go": "package a\n"], "package main"),
        (["Cargo.toml": "[package]\nname = \"a\"\n", "src/lib.rs": ""], "src/main.rs"),
        (["pom.xml": "<project><packaging>pom</packaging></project>"], "packaging is pom"),
        (["build.gradle": ""], "rootProject.name"), (["Gemfile": ""], "config.ru"),
        (["package.json": "{}"], "start script"),
        (["composer.json": "{}"], "index.php"), (["requirements.txt": ""], "main.py"),
    ])
    func saysWhatIsMissing(_ files: [String: String], _ reason: String) throws {
        let project = try SampleProject(files)
        let error = #expect(throws: SlimmingError.self) { try Scaffold.find(in: project.root) }
        #expect(error?.description.contains(reason) ?? false, "\(error?.description ?? "")")
    }
}
