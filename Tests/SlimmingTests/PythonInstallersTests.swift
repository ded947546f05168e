import Testing

@testable import Slimming

/// Where package managers are installed.
struct PythonInstallersTests {
    private func text(_ run: String) throws -> String? {
        let project = try SampleProject([:])
        let situation = Situation(view: try view("FROM python:3.12\n\(run)\n"), project: project.tree, evidence: nil)
        var plan = RuntimePlan(name: "sample", bases: [])
        PythonInstallers.keepOut(&plan, situation)
        return plan.replacements.values.first
    }

    @Test(arguments: [
        ("RUN pip install -U poetry==1.8", "RUN PIP_PYTHON=/usr/local/bin/python pip install -U poetry==1.8"),
        (
            "RUN pip3 install --upgrade pip && \\\n    pip3 install -r requirements.txt",
            "RUN PIP_PYTHON=/usr/local/bin/python pip3 install --upgrade pip && \\\n    pip3 install -r requirements.txt"
        ),
    ])
    func stayOutOfTheEnvironment(_ run: String, _ expected: String) throws {
        #expect(try text(run) == expected)
    }

    @Test(arguments: ["RUN pip install flask", "RUN pip install pip flask", "RUN pip install -r pip.txt", "RUN pip -V"])
    func everythingElseGoesThere(_ run: String) throws { #expect(try text(run) == nil) }
}
