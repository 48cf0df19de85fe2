package dev.echelon.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** From registry entries to documents: read, parse, put in the environment, merge the bases. */
final class Documents {

    private static final int MOST = 5_000;

    private final ConfigFolder folder;
    private final ParsedFiles parsed;
    private final Environment environment;
    private final Report report;

    Documents(ConfigFolder folder, ParsedFiles parsed, Environment environment, Report report) {
        this.folder = folder;
        this.parsed = parsed;
        this.environment = environment;
        this.report = report;
    }

    /** The enabled files that can be read; the others are reported. */
    List<Document> load(Registry registry) {
        List<Registry.Entry> entries = distinct(registry.entries());
        boolean keep = registry.loading().cacheEnabled();
        List<Document> enabled = entries.stream()
                .filter(Registry.Entry::enabled)
                .flatMap(entry -> document(entry, keep).stream())
                .toList();
        return prepare(
                enabled,
                () -> entries.stream()
                        .filter(entry -> !entry.enabled())
                        .flatMap(entry -> document(entry, keep).stream())
                        .map(this::expand)
                        .toList(),
                environment,
                report);
    }

    /**
     * What happens to every file once it is parsed.
     *
     * @param disabled further files to look for bases in
     */
    static List<Document> prepare(
            List<Document> written, Supplier<List<Document>> disabled, Environment environment, Report report) {
        List<Document> expanded = written.stream()
                .map(document -> document.with(environment.expand(document.root())))
                .toList();
        return new Inheritance(expanded, disabled, report).resolve();
    }

    private Document expand(Document document) {
        return document.with(environment.expand(document.root()));
    }

    private Optional<Document> document(Registry.Entry entry, boolean keep) {
        return folder.find(entry.path(), entry.filePlace()).flatMap(found -> {
            report.file(found.shown());
            return folder.read(found)
                    .flatMap(bytes -> parsed.parse(found.shown(), bytes, keep, report))
                    .map(root -> new Document(entry.kind(), entry.key(), entry.place(), root));
        });
    }

    /** Entries whose file name could be read, each file once, no more than are allowed. */
    private List<Registry.Entry> distinct(List<Registry.Entry> entries) {
        Set<String> paths = new HashSet<>();
        List<Registry.Entry> distinct = new ArrayList<>();
        for (Registry.Entry entry : entries) {
            if (entry.path().isEmpty()) {
                continue;
            }
            if (!paths.add(entry.path())) {
                report.error(
                        entry.filePlace(),
                        "file = " + Shown.text(entry.path()) + " is registered twice; take one entry out");
            } else if (distinct.size() == MOST) {
                report.error(entry.place(), "is one file too many; at most " + MOST + " are read");
                break;
            } else {
                distinct.add(entry);
            }
        }
        return distinct;
    }
}
