import OCI
import Running
import Testing

@testable import Slimming

struct ServerRecipeTests {
    private func plans(_ text: String) throws -> [RuntimePlan] {
        let project = try SampleProject(["package.json": "{}", "package-lock.json": "{}"])
        let situation = Situation(view: try view(text), project: project.tree, evidence: nil)
        return ServerRecipe().plans(for: situation)
    }

    @Test func aServerGetsItsAlpineImageAndTheBuildBeforeItItsOrder() throws {
        let text =
            "FROM node:20 AS web\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\nFROM nginx:1.25\n# ours\nCOPY nginx.conf /etc/nginx/\nCOPY --from=web /app/dist /usr/share/nginx/html\n"
        let plan = try #require(try plans(text).first)
        #expect(plan.bases == ["nginx:1.25-alpine"])
        let result = String(
            decoding: try Composer(view: try view(text), plan: plan, base: "nginx:1.25-alpine").compose().text(),
            as: UTF8.self)
        #expect(
            result
                == "FROM node:20 AS web\nWORKDIR /app\nCOPY package-lock.json package.json ./\nRUN --mount=type=cache,target=/root/.npm npm ci\nCOPY . .\nRUN npm run build\nFROM nginx:1.25-alpine\n# ours\nCOPY nginx.conf /etc/nginx/\nCOPY --from=web /app/dist /usr/share/nginx/html\n"
        )
    }

    @Test func leavesOtherBasesAndAlpineItself() throws {
        #expect(try plans("FROM nginx:alpine\nCOPY a /usr/share/nginx/html/\n").isEmpty)
        #expect(try plans("FROM node:20\nCOPY . .\nRUN npm ci\n").isEmpty)
    }

    private func plans(_ dockerfile: String, ports: Set<UInt16>, user: String = "") throws -> [RuntimePlan] {
        let image = try SampleProject(["etc/passwd": "nginx:x:101:102::/:/x\n", "var/cache/nginx/.keep": ""])
        var observation = Observation()
        observation.ports = ports
        var config = ContainerConfig()
        config.user = user
        let file = try view(dockerfile)
        let evidence = Evidence(
            observation: observation, image: RootView(directory: image.root), base: RootView(directory: "/nonexistent"),
            config: config, baseConfig: ContainerConfig(), added: [])
        let situation = Situation(view: file, project: image.tree, evidence: evidence)
        return ServerRecipe().plans(for: situation)
    }

    private func text(_ dockerfile: String, ports: Set<UInt16>, user: String = "") throws -> String? {
        let file = try view(dockerfile)
        return try plans(dockerfile, ports: ports, user: user).first.map { plan in
            String(
                decoding: try Composer(view: file, plan: plan, base: plan.bases[0]).compose().text(), as: UTF8.self)
        }
    }

    @Test func nginxRunsAsItsOwnAccountWhereItsPortIsForEverybody() throws {
        let text = try text(
            "FROM nginx:alpine\nCOPY default.conf /etc/nginx/conf.d/\nCMD [\"nginx\", \"-g\", \"daemon off;\"]\n",
            ports: [8080])
        #expect(
            text
                == """
                FROM nginx:alpine
                COPY default.conf /etc/nginx/conf.d/
                RUN sed -i -e '1i pid /tmp/nginx.pid;' -e '/^user /d' -e '/^pid /d' /etc/nginx/nginx.conf \\
                    && mkdir -p /var/cache/nginx && chown 101:102 /var/cache/nginx
                USER 101:102
                CMD ["nginx", "-g", "daemon off;"]

                """)
    }

    /// The same image as root, which is tried behind it, would otherwise be taken before the one with the account.
    @Test func sameSizeAsRootIsNoGain() throws {
        let file = "FROM nginx:alpine\nCOPY default.conf /etc/nginx/conf.d/\n"
        #expect(try plans(file, ports: [8080]).allSatisfy { $0.user != nil && !$0.isWorthSameSize })
    }

    @Test func nginxStaysRootForItsUsualPort() throws {
        let file = "FROM nginx:alpine\nCOPY default.conf /etc/nginx/conf.d/\n"
        #expect(try text(file, ports: [80]) == nil)
        #expect(try text(file, ports: []) == nil)
        #expect(try text(file, ports: [8080], user: "101") == nil)
    }
}
