import OCI
import Running
import Testing

@testable import Slimming

/// The text alone: no development kit was at hand to run it.
struct DotnetRecipeTests {
    private func result(_ dockerfile: String, project files: [String: String], image: [String], opened: Set<String>)
        throws -> (plan: RuntimePlan, text: String)
    {
        let root = try SampleProject(Dictionary(uniqueKeysWithValues: image.map { (String($0.dropFirst()), $0) }))
        var config = ContainerConfig()
        config.workingDir = "/src"
        var observation = Observation()
        observation.opened = opened
        observation.ports = [5000]
        let evidence = Evidence(
            observation: observation, image: RootView(directory: root.root),
            base: RootView(directory: root.root + "/none"), config: config, baseConfig: ContainerConfig(),
            added: Set(image))
        let project = try SampleProject(files)
        let file = try view(dockerfile)
        let situation = Situation(view: file, project: project.tree, evidence: evidence)
        let plan = try #require(DotnetRecipe().plans(for: situation).first)
        let text = String(
            decoding: try Composer(view: file, plan: plan, base: plan.bases[0]).compose().text(), as: UTF8.self)
        return (plan, text)
    }

    @Test func publishesWhatWasCompiledAtEachStart() throws {
        let (plan, text) = try result(
            "FROM mcr.microsoft.com/dotnet/sdk:8.0\nWORKDIR /src\nCOPY . .\nRUN dotnet restore\nCMD dotnet run --project Shop\n",
            project: ["Shop/Shop.csproj": "<Project Sdk=\"Microsoft.NET.Sdk.Web\">", "Tool/Tool.csproj": ""], image: [],
            opened: [])
        #expect(plan.bases == ["mcr.microsoft.com/dotnet/aspnet:8.0"])
        #expect(text.contains("dotnet publish Shop/Shop.csproj -c Release -o /publish\n"))
        #expect(text.contains("COPY --from=build /publish/ ./\n"))
        #expect(text.contains("ENV ASPNETCORE_HTTP_PORTS=5000\n"), "the development kit listened on 5000")
        #expect(text.hasSuffix("USER 1654:1654\nCMD [\"dotnet\", \"Shop.dll\"]\n"))
    }

    @Test func takesWhatWasPublishedOnTheSmallerImageForPrograms() throws {
        let (plan, text) = try result(
            "FROM mcr.microsoft.com/dotnet/sdk:6.0\nWORKDIR /src\nCOPY . .\nRUN dotnet publish -o out\nENTRYPOINT [\"dotnet\", \"out/a.dll\"]\n",
            project: ["a.csproj": "<Project Sdk=\"Microsoft.NET.Sdk\">", "Program.cs": "x"],
            image: ["/src/a.csproj", "/src/Program.cs", "/src/obj/a", "/src/out/a.dll"], opened: ["/src/out/a.dll"])
        #expect(plan.bases == ["mcr.microsoft.com/dotnet/runtime:6.0"])
        #expect(text.contains("COPY --from=build /src/out ./out\n"))
        #expect(!text.contains("Program.cs"))
        #expect(text.contains("useradd"), "images before 8 have no account")
    }
}
