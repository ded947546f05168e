import Foundation
import OCI
import Running
import Testing

@testable import Slimming

/// Environments that the Dockerfile makes itself.
struct OwnEnvironmentTests {
    private func environment(_ more: [String: String] = [:], opened: Set<String> = []) throws -> OwnEnvironment? {
        let packages = "opt/env/lib/python3.12/site-packages/"
        var files = [
            "opt/env/pyvenv.cfg": "home = /usr/local/bin\ninclude-system-site-packages = false\n",
            packages + "pip/a.py": "", packages + "pip-24.0.dist-info/METADATA": "Name: pip\n",
            packages + "setuptools/a.py": "",
            packages + "setuptools-65.dist-info/METADATA":
                "Name: setuptools\nRequires-Dist: pip (>=19) ; extra == 'testing'\n",
            packages + "flask/a.py": "",
            packages + "flask-3.dist-info/METADATA":
                "Name: flask\nRequires-Dist: click>=8\nRequires-Dist: pip ; extra == \"x\"\n",
        ]
        files.merge(more) { $1 }
        let image = try SampleProject(files)
        var observation = Observation()
        observation.opened = opened.union(["/" + packages + "flask/a.py"])
        return OwnEnvironment(
            Evidence(
                observation: observation, image: RootView(directory: image.root),
                base: RootView(directory: "/nonexistent"), config: ContainerConfig(), baseConfig: ContainerConfig(),
                added: Set(files.keys.map { "/" + $0 })))
    }

    @Test func itsInstallersGo() throws {
        let found = try #require(try environment())
        #expect(found.directory == "/opt/env")
        #expect(found.lines == ["RUN /opt/env/bin/python -m pip uninstall -y setuptools pip"])
    }

    @Test func whatIsUsedOrRequiredStays() throws {
        let packages = "opt/env/lib/python3.12/site-packages/"
        let required = try environment([packages + "old-1.dist-info/METADATA": "Requires-Dist: setuptools (>=40)\n"])
        #expect(required?.installers == ["pip"])
        #expect(try environment(opened: ["/" + packages + "setuptools/a.py"])?.installers == ["pip"])
    }

    @Test func packagesBesideItAreAnotherMatter() throws {
        let beside = "usr/local/lib/python3.12/site-packages/x.py"
        #expect(try environment([beside: ""], opened: ["/" + beside]) == nil)
        #expect(try environment(["opt/env/pyvenv.cfg": "include-system-site-packages = true\n"]) == nil)
    }
}
