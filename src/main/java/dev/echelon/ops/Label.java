package dev.echelon.ops;

/** The labels of our metrics. */
public enum Label {
    /** What was asked for, as configured. */
    TARGET("target"),
    /** The same, where OpenTelemetry wants the model that was asked for. */
    TARGET_AS_MODEL("gen_ai.request.model"),
    INSTANCE("instance"),
    ECHELON("echelon"),
    POOL("pool"),
    /** The name of a provider that has a key. */
    UPSTREAM("provider"),
    /** {@code ok}, or a failure kind; of prompts from Kafka {@code answered} or {@code dead_letter}. */
    OUTCOME("outcome"),
    /** Of Kafka, one that the routes subscribe to. */
    TOPIC("topic"),
    /** {@code first}, {@code return}, {@code reconnect}, {@code probe} or {@code none}. */
    ENTRY("entry"),
    /** {@code echelon} or {@code pool}. */
    TO("to"),
    STATE("state"),
    /** {@code hit}, {@code coalesced}, {@code miss} or {@code bypass}. */
    RESULT("result"),
    /** {@code responses} or {@code idempotency}. */
    CACHE("cache"),
    /** {@code size} or {@code expired}. */
    CAUSE("cause"),
    /** {@code heap} or {@code direct}. */
    MEMORY("memory"),
    LOOP("loop"),
    /** Always {@code chat}. */
    OPERATION("gen_ai.operation.name"),
    PROVIDER("gen_ai.provider.name"),
    MODEL("gen_ai.request.model"),
    /** {@code input} or {@code output}. */
    TOKEN_TYPE("gen_ai.token.type"),
    /** A failure kind; empty, which is the same as absent, when there was none. */
    ERROR("error.type");

    private final String key;

    Label(String key) {
        this.key = key;
    }

    public String key() {
        return key;
    }
}
