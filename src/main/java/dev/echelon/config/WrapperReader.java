package dev.echelon.config;

import dev.echelon.config.WrapperConfig.CallDefaults;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads {@code [wrappers]} of the wrapper files. */
final class WrapperReader {

    static final Bounds TEMPERATURE = Bounds.between(0, 2);

    /** The key that holds the reference of each type. */
    private static final Map<WrapperConfig.Type, String> REFERENCE = Map.of(
            WrapperConfig.Type.POOL,
            "pool_name",
            WrapperConfig.Type.TASK_GROUP,
            "task_group_name",
            WrapperConfig.Type.DIRECT,
            "model");

    private static final String CALLER = "the caller's value";

    private final Report report;

    WrapperReader(Report report) {
        this.report = report;
    }

    /** The enabled wrappers of a file. */
    List<Located<WrapperConfig>> read(Document document) {
        TableReader root = new TableReader(document.root(), "", report);
        root.table("global");
        List<Located<WrapperConfig>> wrappers = new ArrayList<>();
        root.table("wrappers").tables().forEach((name, table) -> {
            Sections.checkName(name, table.node().place(), report);
            boolean enabled = table.bool("enabled", true);
            WrapperConfig wrapper = wrapper(name, table);
            if (enabled) {
                wrappers.add(new Located<>(wrapper, table.node(), document.key()));
            }
        });
        root.finish();
        return wrappers;
    }

    private WrapperConfig wrapper(String name, TableReader table) {
        WrapperConfig.Type type = table.requiredChoice("type", WrapperConfig.Type.class, likely(table));
        String reference = table.requiredText(referenceKey(type), example(type), "");
        String description = table.text("description", "");
        CallDefaults defaults = table.has("defaults") ? defaults(table.table("defaults")) : CallDefaults.NONE;
        REFERENCE.forEach((other, key) -> {
            if (other != type && table.has(key)) {
                table.optionalText(key, "nothing");
                report.fault(
                        table.place(key),
                        table.path(key) + " means nothing for this type; write " + referenceKey(type) + " only");
            }
        });
        table.finish();
        return new WrapperConfig(name, type, reference, description, defaults);
    }

    /** Stands in for a missing type, so that one mistake is one problem. */
    private static WrapperConfig.Type likely(TableReader table) {
        if (table.has(referenceKey(WrapperConfig.Type.DIRECT))) {
            return WrapperConfig.Type.DIRECT;
        }
        return table.has(referenceKey(WrapperConfig.Type.TASK_GROUP))
                ? WrapperConfig.Type.TASK_GROUP
                : WrapperConfig.Type.POOL;
    }

    static String referenceKey(WrapperConfig.Type type) {
        return REFERENCE.getOrDefault(type, "model");
    }

    private static String example(WrapperConfig.Type type) {
        return switch (type) {
            case POOL -> "fast_pool";
            case TASK_GROUP -> "fast_group";
            case DIRECT -> "openai:gpt-4o";
        };
    }

    private static CallDefaults defaults(TableReader table) {
        CallDefaults defaults = new CallDefaults(
                table.optionalDecimal("temperature", TEMPERATURE, CALLER),
                table.optionalDecimal("top_p", Bounds.upTo(1), CALLER),
                table.optionalInteger("max_tokens", Bounds.POSITIVE, CALLER),
                table.optionalSeconds("request_deadline", Bounds.POSITIVE, CALLER));
        table.finish();
        return defaults;
    }
}
