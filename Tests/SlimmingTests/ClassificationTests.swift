import Testing

@testable import Slimming

struct ClassificationTests {
    @Test(arguments: [
        "FROM node:20\nRUN apt-get install -y gdb\nCMD [\"sleep\", \"infinity\"]\n",
        "FROM debian\nRUN apt-get install -y vim\nCMD tail -f /dev/null\n",
        "FROM postgres:16\nCOPY init.sql /docker-entrypoint-initdb.d/\n",
        "FROM node:20\nCOPY a /a\nONBUILD COPY . /app\nCMD node\n",
        "FROM debian\nRUN apt-get install -y terraform\nENTRYPOINT [\"terraform\"]\n",
        "FROM golang:1.22\nWORKDIR /workspace\nCOPY . .\nVOLUME /workspace\nCMD [\"go\", \"run\", \".\"]\n",
        "FROM debian\nRUN apt-get install -y redis-server\nCOPY redis.conf /etc/\nCMD [\"redis-server\", \"/etc/redis.conf\"]\n",
        "FROM debian\nRUN apt-get install -y git make\nCOPY ci.sh /usr/local/bin/\nCMD [\"bash\"]\n",
        "FROM debian\nCOPY ci.sh /usr/local/bin/\nENTRYPOINT [\"/bin/bash\", \"-l\"]\n",
    ])
    func leavesAlone(_ text: String) throws {
        let project = try SampleProject([:])
        #expect(Classification.reasonToLeaveAlone(try view(text), project.tree, name: "Dockerfile") != nil)
    }

    @Test(arguments: [
        "FROM node:20\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD [\"node\", \"a.js\"]\n",
        "FROM golang\nWORKDIR /app\nCOPY . .\nVOLUME /app/data\nCMD [\"./server\"]\n",
        "FROM debian\nCOPY run.sh /\nCMD [\"bash\", \"/run.sh\"]\n",
    ])
    func takesApplications(_ text: String) throws {
        let project = try SampleProject(["package.json": "{}"])
        #expect(Classification.reasonToLeaveAlone(try view(text), project.tree, name: "Dockerfile") == nil)
    }

    @Test func seesTheDevelopmentContainer() throws {
        let project = try SampleProject([
            ".devcontainer/devcontainer.json": "{\"build\":{\"dockerfile\":\"../Dockerfile\"}}"
        ])
        let text = "FROM node:20\nCOPY . /x\nCMD [\"node\", \"a.js\"]\n"
        #expect(Classification.reasonToLeaveAlone(try view(text), project.tree, name: "Dockerfile") != nil)
    }
}

struct IgnoreFileDraftTests {
    @Test func neverHidesWhatIsCopied() throws {
        let project = try SampleProject(["package.json": "{}", "node_modules/a/index.js": "", "target/app.jar": ""])
        let text =
            "FROM node:20\nCOPY node_modules ./node_modules\nCOPY Dockerfile.tpl target/app.jar ./\nRUN git describe > v\n"
        let ignore = try #require(IgnoreFileDraft.text(try view(text), project.tree, existing: nil))
        let lines = ignore.split(separator: "\n").map(String.init)
        for hidden in ["node_modules", "**/node_modules", "Dockerfile*", "target", ".git"] {
            #expect(!lines.contains(hidden), "\(hidden) is copied or read")
        }
        #expect(lines.contains("**/__pycache__"))
    }

    @Test func addsToWhatIsThereOnce() throws {
        let project = try SampleProject(["package.json": "{}"])
        let file = try view("FROM node:20\nCOPY . .\n")
        let first = try #require(IgnoreFileDraft.text(file, project.tree, existing: "# mine\nsecret"))
        #expect(first.hasPrefix("# mine\nsecret\n"))
        #expect(IgnoreFileDraft.text(file, project.tree, existing: first) == nil)
    }
}
