import DockerfileSyntax
import Testing

@testable import Checks

/// What fixes of hadolint's rules make of a file.
struct HadolintFixTests {
    private func fixed(_ text: String, _ rules: [Rule], _ inputs: CheckInputs = CheckInputs()) -> String {
        let result = FixApplication(Checker(rules: rules)).apply(to: Array(text.utf8), path: "D", inputs: inputs)
        return String(decoding: result.bytes, as: UTF8.self)
    }

    @Test("commands are appended in the style of the lines above")
    func appending() {
        #expect(
            fixed("FROM a\nRUN apt-get update \\\n && apt-get install x \\\n    y\n", [.dl3009])
                == "FROM a\nRUN apt-get update \\\n && apt-get install x \\\n    y \\\n && rm -rf /var/lib/apt/lists/*\n"
        )
        #expect(
            fixed("FROM a\nRUN apt-get update && \\\n  apt-get install x\n", [.dl3009])
                == "FROM a\nRUN apt-get update && \\\n  apt-get install x && \\\n  rm -rf /var/lib/apt/lists/*\n")
        #expect(
            fixed("FROM a\nRUN set -eux; \\\n\tapt-get update; \\\n\tb\n", [.dl3009])
                == "FROM a\nRUN set -eux; \\\n\tapt-get update; \\\n\tb; \\\n\trm -rf /var/lib/apt/lists/*\n")
        #expect(
            fixed("# escape=`\nFROM a\nRUN apt-get update `\n  && b\n", [.dl3009])
                == "# escape=`\nFROM a\nRUN apt-get update `\n  && b `\n  && rm -rf /var/lib/apt/lists/*\n")
    }

    @Test(
        "nothing is appended where it would not be run, or change what counts",
        arguments: [
            "RUN apt-get update;", "RUN apt-get update && apt-get dist-clean", "RUN apt-get update & b &",
            "RUN apt-get update && exec b",
            "RUN apt-get update # remark", #"RUN ["apt-get", "update"]"#, "RUN <<E\napt-get update\nb &\nE",
            "RUN cat <<E && apt-get update\nx\nE",
        ])
    func notAppending(_ run: String) {
        let text = "FROM a\n\(run)\n"
        #expect(fixed(text, [.dl3009]) == text)
    }

    @Test("lists that a later step needs stay")
    func neededLists() {
        let text = "FROM a AS b\nRUN apt-get update\nRUN apt-get install -y c\nFROM b\nRUN d\n"
        #expect(fixed(text, [.dl3009]) == text)
        let inherited = "FROM a AS b\nRUN apt-get update\nFROM b\nRUN apt-get install -y c\n"
        #expect(fixed(inherited, [.dl3009]) == inherited)
        #expect(
            fixed("FROM a\nRUN apt-get update\nRUN apt-get update && apt-get install -y c\n", [.dl3009])
                == "FROM a\nRUN apt-get update && rm -rf /var/lib/apt/lists/*\n"
                + "RUN apt-get update && apt-get install -y c && rm -rf /var/lib/apt/lists/*\n")
    }

    @Test("wget gets a flag only where it is the one that knows it")
    func wget() {
        for base in ["alpine", "node:20-alpine", "docker:24"] {
            let text = "FROM \(base)\nRUN wget https://e.org\n"
            #expect(fixed(text, [.dl3047]) == text)
        }
        #expect(
            fixed("FROM alpine\nRUN apk add wget && wget e.org\n", [.dl3047])
                == "FROM alpine\nRUN apk add wget && wget --progress=dot:giga e.org\n")
    }

    @Test("a heredoc that stops at failures gets a line of its own")
    func heredoc() {
        #expect(
            fixed("FROM a\nRUN <<E\napt-get update\napt-get install -y x\n\nE\n", [.dl3009])
                == "FROM a\nRUN <<E\napt-get update\napt-get install -y x && rm -rf /var/lib/apt/lists/*\n\nE\n")
        #expect(
            fixed("FROM a\nRUN <<E\nset -e\napt-get update\nE\n", [.dl3009])
                == "FROM a\nRUN <<E\nset -e\napt-get update\nrm -rf /var/lib/apt/lists/*\nE\n")
    }

    @Test("a heredoc that is handed to a shell is its script", arguments: ["bash", "/bin/sh -ex"])
    func heredocForShell(_ shell: String) {
        #expect(
            fixed("FROM a\nRUN <<E \(shell)\nset -e\napt-get update\nE\n", [.dl3009])
                == "FROM a\nRUN <<E \(shell)\nset -e\napt-get update\nrm -rf /var/lib/apt/lists/*\nE\n")
        #expect(
            fixed("FROM a\nRUN <<E python3\nset -e\napt-get update\nE\n", [.dl3009])
                == "FROM a\nRUN <<E python3\nset -e\napt-get update\nE\n")
    }

    @Test("packages whose versions are known are pinned, the others stay")
    func pins() {
        let inputs = CheckInputs.packages(["curl": "8.1-2", "g++": "4:12", "bad": "1; rm -rf /", "-y": "1"])
        #expect(
            fixed("FROM a\nRUN apt-get install -y curl g++ 'curl' $curl bad other git=1\n", [.dl3008], inputs)
                == "FROM a\nRUN apt-get install -y curl=8.1-2 g++=4:12 'curl' $curl bad other git=1\n")
        #expect(fixed("FROM a\nRUN apt-get install curl\n", [.dl3008]) == "FROM a\nRUN apt-get install curl\n")
    }

    @Test(
        "packages that come from somewhere else than the base image says are not pinned",
        arguments: [
            ("RUN apt-get install -y -t b curl", Rule.dl3008),
            ("COPY x /etc/apt/sources.list.d/\nRUN apt-get install curl", .dl3008),
            ("RUN add-apt-repository x && apt-get install curl", .dl3008), ("RUN apk add -X u curl", .dl3018),
            ("RUN echo u >> /etc/apk/repositories\nRUN apk add curl", .dl3018),
            ("RUN dnf install -y --enablerepo=x curl", .dl3041),
            ("RUN yum install -y epel-release && yum install -y curl", .dl3033),
            ("RUN zypper in -y --from x curl", .dl3037),
            ("ENV PIP_INDEX_URL=u\nRUN pip install curl", .dl3013), ("RUN pip install -i u curl", .dl3013),
            ("COPY .npmrc /\nRUN npm install curl", .dl3016), ("RUN gem install --source u curl", .dl3028),
            ("ENV GOPROXY=u\nRUN go install curl@latest", .dl3062),
        ])
    func otherSources(_ text: String, _ rule: Rule) {
        let inputs = CheckInputs.packages(["curl": "1.2"])
        #expect(fixed("FROM a AS b\n\(text)\n", [rule], inputs) == "FROM a AS b\n\(text)\n")
        // Stages that are built upon another have its sources.
        guard text.contains("\n") else { return }
        let parts = text.split(separator: "\n", maxSplits: 1)
        let staged = "FROM a AS b\n\(parts[0])\nFROM b\n\(parts[1])\n"
        #expect(fixed(staged, [rule], inputs) == staged)
    }

    @Test("RUN instructions are joined only when the shell cannot tell the difference")
    func joining() {
        #expect(
            fixed("FROM a\nRUN b\n# why\n\nRUN c\nRUN d\n", [.dl3059])
                == "FROM a\nRUN b \\\n# why\n    && c \\\n    && d\n")
        for text in [
            "FROM a\nRUN cd b\nRUN c\n", "FROM a\nRUN b\nRUN c || d\n", "FROM a\nRUN b;\nRUN c\n",
            "FROM a\nRUN b # x\nRUN c\n", "FROM a\nRUN export A=1\nRUN c\n", "FROM a\nRUN [\"b\"]\nRUN c\n",
            "FROM a\nRUN A=1\nRUN c\n", "FROM a\nRUN <<E\nb\nE\nRUN c\n",
        ] {
            #expect(fixed(text, [.dl3059]) == text)
        }
    }

    @Test("cd becomes WORKDIR where the directory before is known")
    func workdir() {
        #expect(
            fixed("FROM a\nRUN cd /b && c\n", [.dl3003]) == "FROM a\nRUN cd /b && c\n",
            "the base's directory is unknown")
        #expect(
            fixed("FROM a\nRUN cd /b && c\nWORKDIR /d\n", [.dl3003]) == "FROM a\nWORKDIR /b\nRUN c\nWORKDIR /d\n")
        #expect(
            fixed("FROM a\nWORKDIR /w\nRUN cd /b \\\n && c\n", [.dl3003])
                == "FROM a\nWORKDIR /w\nWORKDIR /b\nRUN c\nWORKDIR /w\n")
    }

    @Test("the user before root is the one to go back to")
    func user() {
        #expect(fixed("FROM a\nUSER root\nRUN b\n", [.dl3002]) == "FROM a\nUSER root\nRUN b\n")
        let base = CheckInputs(baseImages: ExampleBases(BaseImageConfiguration(user: "1001")))
        #expect(
            fixed("FROM a\nUSER root\nRUN b\nCMD [\"c\"]\n", [.dl3002], base)
                == "FROM a\nUSER root\nRUN b\nUSER 1001\nCMD [\"c\"]\n")
    }

    @Test("ADD stays where it might unpack something")
    func add() {
        for source in ["a.tar", "a.zst", "$A", "a", "https://e.org/a b.txt", "git@e.org:a b.txt", "*"] {
            let text = "FROM a\nADD \(source) /b/\n"
            #expect(fixed(text, [.dl3020]) == text)
        }
        #expect(fixed("FROM a\nadd --chown=1 a.py ./ /b/\n", [.dl3020]) == "FROM a\ncopy --chown=1 a.py ./ /b/\n")
    }
}
