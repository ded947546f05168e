import DockerfileSyntax

/// .NET: what was published, on the runtime of the same version.
struct DotnetRecipe: Recipe {
    let name = "dotnet"

    /// The account that Microsoft's images have from version 8 on.
    private static let account = (name: "app", ids: "1654:1654")

    func plans(for situation: Situation) -> [RuntimePlan] {
        let view = situation.view
        guard let evidence = situation.evidence else { return [] }
        let (repository, short, tag) = BaseImages.split(view.baseName(of: view.buildIndex))
        guard short == "sdk", repository.contains("dotnet"), view.commandWords.contains("dotnet") else { return [] }
        let prefix = repository.dropLast("sdk".count)
        // Not the Alpine image: it has another C library than what was published here may need.
        let variant = Self.isWeb(situation.project) ? "aspnet" : "runtime"
        return [plan(variant, "\(prefix)\(variant):\(tag)", situation, evidence)]
    }

    /// Whether one of the projects is for the web.
    static func isWeb(_ project: ProjectTree) -> Bool {
        [".csproj", ".fsproj", ".vbproj"].flatMap(project.files).contains { path in
            (project.text(path) ?? "").contains("Microsoft.NET.Sdk.Web")
                || (project.text(path) ?? "").contains("Microsoft.AspNetCore.App")
        }
    }

    private func plan(_ variant: String, _ base: String, _ situation: Situation, _ evidence: Evidence) -> RuntimePlan {
        var plan = RuntimePlan(name: "dotnet-\(variant)", bases: [base])
        let directory = situation.applicationDirectory
        let origins = CopyOrigins(situation, evidence)
        plan.noteBase(
            "the development kit stays in the build stage; the image starts from the \(variant) image", situation)
        keepDownloads(&plan, situation)
        if let start = DotnetRun(situation) {
            start.publishOnce(&plan, situation)
        } else {
            let files = ApplicationFiles(situation, evidence: evidence, directory: directory) { entry in
                Self.isForBuild(entry.name) ? .dead : .unknown
            }
            plan.copies += files.copies(situation, origins)
            plan.noteDropped(files, situation)
            plan.copies += OutsideFiles(
                evidence, outside: directory,
                excluding: ["/root/.nuget", "/root/.dotnet", "/root/.local", "/root/.templateengine"]
            ).copies(origins)
        }
        // The development kit listens on 5000 unless it is told otherwise, the web image on 8080.
        let ports = evidence.observation.ports
        let isTold = evidence.config.env.contains {
            $0.hasPrefix("ASPNETCORE_URLS=") || $0.hasPrefix("ASPNETCORE_HTTP_PORTS=") && $0 != "ASPNETCORE_HTTP_PORTS="
        }
        if variant == "aspnet", !isTold, ports.count == 1, let port = ports.first {
            plan.setup.append("ENV ASPNETCORE_HTTP_PORTS=\(port)")
        }
        let major = Int(BaseImages.split(base).tag.prefix { $0.isNumber }) ?? 0
        plan.user = AccountSetup.user(
            situation, setup: .debian, existing: major >= 8 ? Self.account : nil)
        plan.noteAccount(situation)
        CommandForm.makeExec(&plan, situation)
        plan.buildOnlyVariables = ["DEBIAN_FRONTEND", "NUGET_PACKAGES", "DOTNET_CLI_TELEMETRY_OPTOUT", "DOTNET_NOLOGO"]
        return plan
    }

    private static func isForBuild(_ name: String) -> Bool {
        [
            "obj", "Directory.Build.props", "Directory.Packages.props", "global.json", "nuget.config", "NuGet.Config",
            "Properties",
        ]
        .contains(name)
            || [".csproj", ".fsproj", ".vbproj", ".sln", ".slnx", ".cs", ".fs", ".vb"].contains(where: name.hasSuffix)
    }

    private func keepDownloads(_ plan: inout RuntimePlan, _ situation: Situation) {
        guard !situation.view.buildsAsOther else { return }
        for run in situation.view.runs {
            guard let node = run.instruction.nodeIndex,
                run.script.commands.contains(where: {
                    $0.name == "dotnet" && ["restore", "build", "publish"].contains($0.arguments.first)
                })
            else { continue }
            var text = RunText(node, situation.view, plan)
            text.addFlag("--mount=type=cache,target=/root/.nuget/packages")
            plan.replacements[node] = text.text
        }
    }
}
