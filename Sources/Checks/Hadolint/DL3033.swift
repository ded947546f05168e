import DockerfileSyntax

extension Rule {
    /// yum install without versions.
    static let dl3033 = Rule.hadolint(
        "DL3033", "pin-yum-packages", .warning, "yum installs packages without a version",
        Documentation(
            """
            The same Dockerfile installs something else tomorrow. Write `package-version`. The fix writes the versions that the base \
            image's repositories have now.
            """,
            bad: Example(
                """
                FROM centos:7
                RUN yum install -y httpd && yum clean all
                """, inputs: .packages(["httpd": "2.4.6-99.el7"])),
            good: """
                FROM centos:7
                RUN yum install -y httpd-2.4.6-99.el7 && yum clean all
                """)
    ) { context in
        RedHatPackages.matches(context, programs: ["yum"], groups: ["module"], manager: { _ in .yum })
    }
}
