package dev.echelon.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Resolves {@code inherits_from}: the base is a top-level table of the same file, else of any registered file. Tables
 * merge deep, everything else is replaced. Bounded in depth and size, since a few lines can ask for a tree without end.
 */
final class Inheritance {

    static final String KEY = "inherits_from";

    private static final String METADATA = "metadata";
    private static final int DEEPEST = 32;
    private static final int LARGEST = 100_000;

    /** A top-level table of a file, by which loops are found. */
    private record Base(String file, String name) {}

    private final List<Document> documents;
    private final Supplier<List<Document>> disabled;
    private final Report report;
    private final Set<Base> used = new HashSet<>();
    private int size;
    private boolean exhausted;

    /** @param disabled files that the registry turns off; asked only for a base that no enabled file has */
    Inheritance(List<Document> documents, Supplier<List<Document>> disabled, Report report) {
        this.documents = List.copyOf(documents);
        this.disabled = disabled;
        this.report = report;
    }

    /** All documents with their bases merged in and the bases themselves gone. */
    List<Document> resolve() {
        List<Document> resolved = new ArrayList<>();
        for (Document document : documents) {
            Map<String, Node> tables = new LinkedHashMap<>();
            document.root().entries().forEach((key, node) -> {
                if (node instanceof Node.Table table && document.kind().tables().contains(key)) {
                    Trail trail = new Trail(document, List.of());
                    tables.put(key, resolve(table, trail, key.equals("pool")));
                } else {
                    tables.put(key, node);
                }
            });
            resolved.add(document.with(new Node.Table(document.root().place(), tables)));
        }
        return resolved.stream().map(this::withoutBases).toList();
    }

    /** How a table was reached. */
    private record Trail(Document document, List<Base> bases) {

        Trail to(Document next, Base base) {
            List<Base> longer = new ArrayList<>(bases);
            longer.add(base);
            return new Trail(next, longer);
        }
    }

    /** Own tables stay, and what may be a misspelt one of them; tables that somebody inherits from go. */
    private Document withoutBases(Document document) {
        Map<String, Node> kept = new LinkedHashMap<>();
        document.root().entries().forEach((key, node) -> {
            boolean base = node instanceof Node.Table
                    && !document.kind().tables().contains(key)
                    && (key.startsWith("base") || used.contains(new Base(document.file(), key)));
            if (!base) {
                kept.put(key, node);
            }
        });
        return document.with(new Node.Table(document.root().place(), kept));
    }

    private Node.Table resolve(Node.Table written, Trail trail, boolean pool) {
        Node.Table own = pool ? PoolAliases.nest(written, report) : written;
        size += 1 + own.entries().size();
        if (size > LARGEST) {
            if (!exhausted) {
                report.error(own.place(), "inherits more than " + LARGEST + " values; write a smaller base");
                exhausted = true;
            }
            size = LARGEST;
            return Node.Table.empty(own.place());
        }
        Map<String, Node> entries = new LinkedHashMap<>();
        own.entries().forEach((key, node) -> {
            if (node instanceof Node.Table table && !key.equals(METADATA)) {
                entries.put(key, resolve(table, trail, false));
            } else if (!key.equals(KEY)) {
                entries.put(key, node);
            }
        });
        Node.Table mine = new Node.Table(own.place(), entries);
        Node base = own.get(KEY);
        return base == null
                ? mine
                : base(base, trail, pool).map(table -> merge(table, mine)).orElse(mine);
    }

    private Optional<Node.Table> base(Node reference, Trail trail, boolean pool) {
        if (!(reference instanceof Node.Scalar scalar) || !(scalar.value() instanceof String name)) {
            if (!(reference instanceof Node.Scalar scalar) || !scalar.unreadable()) {
                report.error(
                        reference.place(),
                        KEY + " is " + reference.shown() + "; write the name of a table in quotes, like \"base_pool\"");
            }
            return Optional.empty();
        }
        Optional<Document> owner = owner(name, trail.document(), scalar);
        if (owner.isEmpty()) {
            return Optional.empty();
        }
        Base base = new Base(owner.get().file(), name);
        if (trail.bases().contains(base)) {
            report.error(
                    reference.place(), KEY + " = " + scalar.shown() + " leads in a circle; take it out of one table");
            return Optional.empty();
        }
        if (trail.bases().size() >= DEEPEST) {
            report.error(reference.place(), KEY + " goes through more than " + DEEPEST + " tables; write fewer");
            return Optional.empty();
        }
        used.add(base);
        return owner.get().root().get(name) instanceof Node.Table table
                ? Optional.of(resolve(table, trail.to(owner.get(), base), pool))
                : Optional.empty();
    }

    private Optional<Document> owner(String name, Document from, Node.Scalar reference) {
        if (from.root().get(name) instanceof Node.Table) {
            return Optional.of(from);
        }
        List<Document> owners = owners(documents, name);
        if (owners.isEmpty()) {
            owners = owners(disabled.get(), name);
        }
        if (owners.size() == 1) {
            return Optional.of(owners.get(0));
        }
        if (owners.isEmpty()) {
            List<String> known = documents.stream()
                    .flatMap(document -> document.root().entries().entrySet().stream()
                            .filter(entry -> entry.getValue() instanceof Node.Table
                                    && !document.kind().tables().contains(entry.getKey()))
                            .map(Map.Entry::getKey))
                    .distinct()
                    .toList();
            report.error(
                    reference.place(),
                    KEY + " = " + reference.shown() + " names a table that no registered file has"
                            + DidYouMean.hint(name, known) + "; add the table [" + Shown.plain(name)
                            + "] or take the line out");
        } else {
            report.error(
                    reference.place(),
                    KEY + " = " + reference.shown() + " names a table of several files ("
                            + owners.get(0).file() + ", " + owners.get(1).file() + "); rename all but one");
        }
        return Optional.empty();
    }

    private static List<Document> owners(List<Document> documents, String name) {
        return documents.stream()
                .filter(document -> !document.kind().tables().contains(name)
                        && document.root().get(name) instanceof Node.Table)
                .toList();
    }

    /** What {@code over} says counts; tables on both sides are merged in turn. */
    static Node.Table merge(Node.Table under, Node.Table over) {
        Map<String, Node> entries = new LinkedHashMap<>(under.entries());
        over.entries()
                .forEach((key, node) -> entries.merge(
                        key, node, (a, b) -> a instanceof Node.Table x && b instanceof Node.Table y ? merge(x, y) : b));
        return new Node.Table(over.place(), entries);
    }
}
