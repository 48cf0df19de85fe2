package dev.echelon.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Does every name that a file refers to exist, enabled? */
final class References {

    private final Draft draft;
    private final Report report;

    private boolean complete = true;

    private References(Draft draft, Report report) {
        this.draft = draft;
        this.report = report;
    }

    /** Whether all do, as far as the files could be read. */
    static boolean check(Draft draft, Report report) {
        References references = new References(draft, report);
        draft.pools().values().forEach(references::pool);
        draft.groups().values().forEach(references::group);
        draft.wrappers().values().forEach(references::wrapper);
        return references.complete;
    }

    private void pool(Located<PoolConfig> pool) {
        List<EchelonRef> seen = new ArrayList<>();
        for (String text : pool.value().taskGroups()) {
            EchelonRef ref = EchelonRef.parse(text);
            Place place = pool.element(text, "task_groups");
            echelon(ref, place, "pool.task_groups");
            if (seen.stream().anyMatch(other -> overlap(ref, other))) {
                report.warning(place, "pool.task_groups names echelons of " + Shown.plain(ref.group()) + " twice");
            }
            seen.add(ref);
        }
        for (String name : pool.value().fallback().pools()) {
            known(
                    Document.Kind.POOL,
                    name,
                    pool.element(name, "fallback", "fallback_pools"),
                    "pool.fallback.fallback_pools");
        }
    }

    private void group(Located<TaskGroupConfig> group) {
        for (String text : group.value().fallback().groups()) {
            echelon(
                    EchelonRef.parse(text),
                    group.element(text, "fallback", "fallback_groups"),
                    "task_group.fallback.fallback_groups");
        }
    }

    private void wrapper(Located<WrapperConfig> wrapper) {
        WrapperConfig.Type type = wrapper.value().type();
        String name = wrapper.value().reference();
        String key = WrapperReader.referenceKey(type);
        if (!name.isEmpty() && type != WrapperConfig.Type.DIRECT) {
            Document.Kind kind = type == WrapperConfig.Type.POOL ? Document.Kind.POOL : Document.Kind.TASK_GROUP;
            known(kind, name, wrapper.at(key), key);
        }
    }

    private void echelon(EchelonRef ref, Place place, String key) {
        if (!known(Document.Kind.TASK_GROUP, ref.group(), place, key)) {
            return;
        }
        Located<TaskGroupConfig> group = draft.groups().get(ref.group());
        if (group == null || ref.echelon() == null) {
            return;
        }
        Set<String> echelons = group.value().echelons().keySet();
        if (!echelons.contains(ref.echelon())) {
            complete = false;
            report.error(
                    place,
                    key + " names " + Shown.text(ref.toString()) + ", but " + ref.group() + " has the echelons "
                            + String.join(", ", echelons) + DidYouMean.hint(ref.echelon(), echelons));
        }
    }

    private static boolean overlap(EchelonRef one, EchelonRef other) {
        return one.group().equals(other.group())
                && (one.echelon() == null
                        || other.echelon() == null
                        || one.echelon().equals(other.echelon()));
    }

    /** Whether a name is there; false after a report, true also where its file could not be read. */
    private boolean known(Document.Kind kind, String name, Place place, String key) {
        if (draft.of(kind).containsKey(name)) {
            return true;
        }
        complete = false;
        if (draft.mayBeLost(kind, name)) {
            return true;
        }
        String what = key + " names " + Shown.text(name) + ", ";
        if (draft.registry().disabled(kind, name)) {
            report.error(place, what + "which the registry turns off; enable it there, or take the name out");
        } else {
            report.error(
                    place,
                    what + "which does not exist in " + kind.section()
                            + DidYouMean.hint(name, draft.of(kind).keySet()) + "; write a file for it and register it,"
                            + " or take the name out");
        }
        return false;
    }
}
