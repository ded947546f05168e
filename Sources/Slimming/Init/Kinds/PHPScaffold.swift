/// PHP pages behind Apache.
enum PHPScaffold {
    static let kind = ScaffoldKind(marks: ["composer.json", "index.php"], make: make)

    private static func make(_ project: ProjectTree) throws(SlimmingError) -> Scaffold? {
        let start = ["public/index.php", "index.php"].first(where: project.has)
        guard project.has("composer.json") || start != nil else { return nil }
        guard let start else {
            throw SlimmingError.incompleteProject(
                kind: "PHP", reason: "there is no index.php and no public/index.php to serve")
        }
        var body = "WORKDIR /var/www/html\n"
        if start.hasPrefix("public/") {
            body += "RUN sed -ri 's!/var/www/html!/var/www/html/public!g' /etc/apache2/sites-available/*.conf\n"
        }
        body += "COPY . .\n"
        if project.has("composer.json"), !project.has("vendor/autoload.php") {
            body +=
                "COPY --from=composer:2 /usr/bin/composer /usr/local/bin/composer\nRUN composer install --no-interaction\n"
        }
        return Scaffold(kind: "php", bases: ["php:8-apache", "php:apache"], body: body + "EXPOSE 80\n")
    }
}
