/// Who makes packages for a distribution without being it: their packages are in none of its advisories.
enum ThirdPartyMaintainers {
    private static let names = [
        "amazon", "anydesk", "cloudflare", "confluent", "couchbase", "datadog", "docker", "dropbox", "elastic",
        "gitlab inc", "google", "grafana", "hashicorp", "influxdata", "jenkins", "kong inc", "kubernetes authors",
        "microsoft", "mongodb", "mysql release engineering", "neo4j", "newrelic", "nginx packaging", "nodesource",
        "nvidia", "percona", "puppet labs", "rabbitmq team", "redis.com", "signalwire", "spotify", "sublimetext",
        "teamviewer", "timescale", "treasure data", "yarn developers", "zabbix",
    ]

    /// The makers of the distributions themselves, as rpm names them.
    private static let distributions = [
        "almalinux", "amazon", "azure linux", "centos", "cloudlinux", "eurolinux", "fedora", "mariner", "microsoft",
        "openeuler", "opensuse", "oracle", "photon", "red hat", "rocky", "suse", "vmware",
    ]

    /// Is this maintainer of a Debian package none of Debian or Ubuntu? Teams of theirs that package such software have the
    /// distribution's name in theirs.
    static func includes(maintainer: String) -> Bool {
        let maintainer = maintainer.lowercased()
        if maintainer.contains("debian.") || maintainer.contains("debian ") || maintainer.contains("ubuntu") {
            return false
        }
        return names.contains { maintainer.contains($0) }
    }

    /// Is this vendor of an rpm package none of the distributions?
    static func includes(vendor: String) -> Bool {
        let vendor = vendor.lowercased()
        return !distributions.contains { vendor.contains($0) }
    }
}
