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
}
