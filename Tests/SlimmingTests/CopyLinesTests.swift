import Testing

@testable import Slimming

struct CopyLinesTests {
    @Test func filesOfOneDirectoryAreCopiedTogether() throws {
        let image = try SampleProject([
            "usr/local/bin/a": "x", "usr/local/bin/b": "x", "etc/a/conf": "x", "usr/local/bin/c": "x", "top": "x",
        ])
        let lines = CopyLines.joined(
            [
                "COPY --from=build /usr/local/bin/a /usr/local/bin/a", "COPY --from=build /src/b /usr/local/bin/b",
                "COPY --from=build /etc/a /etc/a", "COPY --from=build /usr/local/bin/c /usr/local/bin/c",
                "COPY --from=build /src/other /top", "COPY static/ ./static/",
            ], in: RootView(directory: image.root))
        #expect(
            lines == [
                "COPY --from=build /usr/local/bin/a /src/b /usr/local/bin/", "COPY --from=build /etc/a /etc/a",
                "COPY --from=build /usr/local/bin/c /usr/local/bin/c", "COPY --from=build /src/other /top",
                "COPY static/ ./static/",
            ])
    }
}
