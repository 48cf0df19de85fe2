package dev.echelon.ingress.files;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncProcessorSupport;
import org.apache.camel.support.LifecycleStrategySupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The step of a {@code file:} route that answers batch files. It moves the files itself: answered ones to
 * {@code .done}, those that are no batch to {@code .failed}; what could not be finished stays where it is, and comes with
 * the next poll. The exchange ends when the file's last answer is written. Files are worked on side by side.
 */
public final class BatchInbox extends AsyncProcessorSupport {

    /** Where a batch's requests are sent. */
    public static final String PROMPTS = "direct:files-prompt";

    private static final Logger LOG = LoggerFactory.getLogger(BatchInbox.class);
    private static final int FILES_AT_ONCE = 4;

    private final CamelContext context;
    private final Settings settings;
    private final LongSupplier nanos;
    private final InboxFolders folders;
    private final ScheduledExecutorService thread;
    private final Set<InboxJob> jobs = ConcurrentHashMap.newKeySet();
    private volatile boolean stopping;

    @Nullable
    private Prompts prompts;

    private BatchInbox(CamelContext context, Settings settings, LongSupplier nanos) {
        this.context = context;
        this.settings = settings;
        this.nanos = nanos;
        this.folders = new InboxFolders(settings.inbox(), settings.outbox());
        this.thread = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread made = new Thread(work, "llm-files");
            made.setDaemon(true);
            return made;
        });
    }

    /**
     * @param inbox where files are dropped
     * @param outbox where answers come out; on the same file system or not
     * @param inFlight requests under way at once, of each file
     * @param maxAge how long a request that finds no model free, or meets an outage, is sent again
     */
    public record Settings(Path inbox, Path outbox, int inFlight, Duration maxAge) {}

    /** Binds it as {@code batchInbox} for routes of the context. */
    public static void install(CamelContext context, Settings settings, LongSupplier nanos) throws Exception {
        BatchInbox inbox = new BatchInbox(context, settings, nanos);
        context.getRegistry().bind("batchInbox", inbox);
        context.addService(inbox);
        context.addLifecycleStrategy(new LifecycleStrategySupport() {
            @Override
            public void onContextStopping(CamelContext stopped) {
                inbox.finishUp();
            }
        });
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        String file = exchange.getMessage().getHeader("CamelFileAbsolutePath", String.class);
        if (file == null) {
            exchange.setException(new IllegalArgumentException("batchInbox needs a file: endpoint before it"));
            callback.done(true);
            return true;
        }
        if (stopping || jobs.size() >= FILES_AT_ONCE) {
            // it comes again with the next poll
            callback.done(true);
            return true;
        }
        InboxJob job = new InboxJob(Path.of(file), folders, ended -> {
            jobs.remove(ended);
            callback.done(false);
        });
        jobs.add(job);
        if (stopping) {
            job.stop();
        }
        thread.execute(() -> job.begin(this::batch));
        return false;
    }

    private Batch batch(BatchLines lines, AnswerFile answers) throws IOException {
        Batch.Bounds bounds = Batch.Bounds.of(settings.inFlight(), settings.maxAge());
        return new Batch(lines, answers, prompts(), bounds, thread, nanos);
    }

    private Prompts prompts() throws IOException {
        Prompts made = prompts;
        if (made == null) {
            try {
                made = Prompts.to(context.getEndpoint(PROMPTS), null, "");
            } catch (Exception e) {
                throw new IOException("nothing can be sent to " + PROMPTS, e);
            }
            prompts = made;
        }
        return made;
    }

    private void finishUp() {
        stopping = true;
        jobs.forEach(InboxJob::stop);
    }

    @Override
    protected void doStart() throws Exception {
        folders.make();
        folders.publishLeft();
        LOG.info("batch files dropped in {} are answered in {}", settings.inbox(), settings.outbox());
    }

    @Override
    protected void doStop() {
        thread.shutdownNow();
    }
}
