package dev.echelon.component;

import org.apache.camel.spi.Metadata;

/** Headers and exchange properties of the {@code llm:} component. */
public final class LlmConstants {

    @Metadata(description = "Whom to ask, for endpoints whose target is 'request'", javaType = "String")
    public static final String TARGET = "CamelLlmTarget";

    @Metadata(description = "Time limit for the whole request, in milliseconds", javaType = "Long")
    public static final String TIMEOUT_MS = "CamelLlmTimeoutMs";

    @Metadata(
            description = "The request's id in logs and traces; the exchange's where there is none",
            javaType = "String")
    public static final String REQUEST_ID = "CamelLlmRequestId";

    @Metadata(
            description =
                    "Requests of the same session go to the same instance while that is well; else prompt_cache_key says so",
            javaType = "String")
    public static final String SESSION = "CamelLlmSession";

    @Metadata(
            description = "Requests of a tenant to a target with the same key are one: one call, one answer for all",
            javaType = "String")
    public static final String IDEMPOTENCY_KEY = "CamelLlmIdempotencyKey";

    @Metadata(
            description =
                    "Whose request it is, so that the keys and the cached answers of two tenants never meet; never a credential itself",
            javaType = "String",
            defaultValue = "anonymous")
    public static final String TENANT = "CamelLlmTenant";

    @Metadata(description = "The answer was made for another request with the same key", javaType = "Boolean")
    public static final String IDEMPOTENT_REPLAY = "CamelLlmIdempotentReplay";

    @Metadata(
            description =
                    "What the response cache may do for the request, in HTTP's words: no-store, no-cache, max-age=N, only-if-cached",
            javaType = "String")
    public static final String CACHE_CONTROL = "CamelLlmCacheControl";

    @Metadata(description = "What the response cache did: hit, miss or bypass", javaType = "String")
    public static final String CACHE = "CamelLlmCache";

    @Metadata(description = "Age of a cached answer, in seconds", javaType = "Long")
    public static final String CACHE_AGE = "CamelLlmCacheAge";

    @Metadata(
            description = "interactive (default), or batch: takes what the others leave of an echelon's limits",
            javaType = "String")
    public static final String PRIORITY = "CamelLlmPriority";

    @Metadata(description = "The instance that answered", javaType = "String")
    public static final String INSTANCE = "CamelLlmInstance";

    @Metadata(description = "The echelon that answered", javaType = "String")
    public static final String ECHELON = "CamelLlmEchelon";

    @Metadata(description = "Calls that reached an upstream", javaType = "Integer")
    public static final String ATTEMPTS = "CamelLlmAttempts";

    @Metadata(description = "Input tokens, as the provider counted them", javaType = "Long")
    public static final String PROMPT_TOKENS = "CamelLlmPromptTokens";

    @Metadata(description = "Output tokens, as the provider counted them", javaType = "Long")
    public static final String COMPLETION_TOKENS = "CamelLlmCompletionTokens";

    /** Exchange property: the {@code AnswerSink} of a caller that wants a stream. */
    public static final String SINK_PROPERTY = "CamelLlmSink";

    /** Exchange property: the {@code Cancellation} of a caller that may leave. */
    public static final String CANCELLATION_PROPERTY = "CamelLlmCancellation";

    /**
     * Exchange property: a {@code Supplier<String>} of what {@link #TENANT} says, for an edge to which that is work; the
     * header goes before it. Asked only where answers are shared.
     */
    public static final String TENANT_PROPERTY = "CamelLlmTenantSupplier";

    /** Exchange property, set by the component: a {@code RouteInfo} of who answered, or failed last. */
    public static final String ROUTE_PROPERTY = "CamelLlmRoute";

    /** The endpoint path that stands for "whom the request itself names". */
    public static final String REQUEST_TARGET = "request";

    private LlmConstants() {}
}
