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
        "FROM debian\nRUN apt-get install -y cmake\nCOPY t.cmake /opt/\nENTRYPOINT [\"cmake\"]\n",
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
