/// Projects of .NET with one program.
enum DotnetScaffold {
    static let kind = ScaffoldKind(marks: ["*.csproj", "*.fsproj"], make: make)

    private static func make(_ project: ProjectTree) throws(SlimmingError) -> Scaffold? {
        let files = (project.files(ending: ".csproj") + project.files(ending: ".fsproj")).filter {
            !$0.lowercased().contains("test")
        }
        guard !files.isEmpty else { return nil }
        let programs = files.filter { path in
            let text = project.text(path) ?? ""
            return text.contains("Microsoft.NET.Sdk.Web") || text.contains("Microsoft.NET.Sdk.Worker")
                || text.contains("<OutputType>Exe")
        }
        guard let path = programs.first, let text = project.text(path) else {
            throw SlimmingError.incompleteProject(kind: ".NET", reason: "none of its projects makes a program")
        }
        let framework = Substring(text).firstRange(of: "<TargetFramework>net").map {
            text[$0.upperBound...].prefix { $0.isNumber || $0 == "." }
        }
        let name = PathText.name(path).split(separator: ".").dropLast().joined(separator: ".")
        return Scaffold(
            kind: "dotnet", bases: ["mcr.microsoft.com/dotnet/sdk:\(framework ?? "8.0")"],
            body: "WORKDIR /src\nCOPY . .\nRUN dotnet publish \(path) -c Release -o /app\nWORKDIR /app\n"
                + ScaffoldKind.command(["dotnet", "\(name).dll"]))
    }
}
