package dev.echelon.config;

import dev.echelon.domain.ModelRef;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Does the registry's {@code [dependencies]} name things that exist, and the ones that the files refer to? */
final class Dependencies {

    private static final List<Document.Kind> NAMED =
            List.of(Document.Kind.POOL, Document.Kind.TASK_GROUP, Document.Kind.PROVIDER);

    private final Draft draft;
    private final Report report;

    private Dependencies(Draft draft, Report report) {
        this.draft = draft;
        this.report = report;
    }

    static void check(Draft draft, Report report) {
        Dependencies dependencies = new Dependencies(draft, report);
        draft.registry().dependencies().forEach(dependencies::check);
    }

    private void check(String dependent, Registry.Dependency dependency) {
        Optional<Registry.Entry> entry = draft.registry().entries().stream()
                .filter(candidate -> candidate.key().equals(dependent))
                .findFirst();
        if (entry.isEmpty()) {
            List<String> keys =
                    draft.registry().entries().stream().map(Registry.Entry::key).toList();
            report.error(
                    dependency.place(),
                    Keys.join("dependencies", dependent) + " is registered nowhere" + DidYouMean.hint(dependent, keys)
                            + "; register it, or take the line out");
            return;
        }
        dependency.names().forEach(name -> exists(name, dependent));
        boolean lost = draft.mayBeLost(entry.get().kind(), dependent);
        if (entry.get().enabled() && !lost) {
            compare(entry.get(), dependency);
        }
    }

    private void exists(TableReader.Item name, String dependent) {
        boolean there = NAMED.stream()
                .anyMatch(kind -> draft.of(kind).containsKey(name.text()) || draft.mayBeLost(kind, name.text()));
        if (there) {
            return;
        }
        boolean off = NAMED.stream().anyMatch(kind -> draft.registry().disabled(kind, name.text()));
        List<String> names =
                NAMED.stream().flatMap(kind -> draft.of(kind).keySet().stream()).toList();
        report.error(
                name.place(),
                Keys.join("dependencies", dependent) + " names " + Shown.text(name.text())
                        + (off
                                ? ", which the registry turns off; enable it, or take the name out"
                                : ", which does not exist" + DidYouMean.hint(name.text(), names)
                                        + "; register it, or take the name out"));
    }

    private void compare(Registry.Entry entry, Registry.Dependency dependency) {
        Set<String> needed = new LinkedHashSet<>(needed(entry));
        Set<String> listed = new LinkedHashSet<>(
                dependency.names().stream().map(TableReader.Item::text).toList());
        String key = Keys.join("dependencies", entry.key());
        for (String name : needed) {
            if (!listed.contains(name)) {
                report.warning(dependency.place(), key + " leaves out " + name + ", which " + entry.path() + " uses");
            }
        }
        Set<String> allowed = new LinkedHashSet<>(needed);
        allowed.addAll(optional(entry));
        for (TableReader.Item name : dependency.names()) {
            if (!allowed.contains(name.text())) {
                report.warning(
                        name.place(),
                        key + " lists " + Shown.text(name.text()) + ", which " + entry.path() + " does not use");
            }
        }
    }

    private List<String> needed(Registry.Entry entry) {
        return switch (entry.kind()) {
            case POOL -> pool(entry).flatMap(pool -> groups(pool.taskGroups())).toList();
            case TASK_GROUP ->
                group(entry)
                        .flatMap(group -> groups(group.fallback().groups()))
                        .filter(name -> !name.equals(entry.key()))
                        .toList();
            case WRAPPERS ->
                draft.wrappers().values().stream()
                        .filter(wrapper -> wrapper.file().equals(entry.key()))
                        .map(Located::value)
                        .filter(wrapper -> wrapper.type() != WrapperConfig.Type.DIRECT)
                        .map(WrapperConfig::reference)
                        .toList();
            case PROVIDER -> List.of();
        };
    }

    /** What may be listed besides: a pool's fallback pools, the providers of a group's models. */
    private List<String> optional(Registry.Entry entry) {
        return switch (entry.kind()) {
            case POOL ->
                pool(entry).flatMap(pool -> pool.fallback().pools().stream()).toList();
            case TASK_GROUP ->
                group(entry)
                        .flatMap(group -> group.echelons().values().stream())
                        .flatMap(echelon -> echelon.models().stream())
                        .map(ModelRef::provider)
                        .toList();
            case PROVIDER, WRAPPERS -> List.of();
        };
    }

    private Stream<PoolConfig> pool(Registry.Entry entry) {
        return draft.pools().values().stream()
                .filter(pool -> pool.file().equals(entry.key()))
                .map(Located::value);
    }

    private Stream<TaskGroupConfig> group(Registry.Entry entry) {
        return draft.groups().values().stream()
                .filter(group -> group.file().equals(entry.key()))
                .map(Located::value);
    }

    private static Stream<String> groups(List<String> references) {
        return references.stream().map(text -> EchelonRef.parse(text).group());
    }
}
