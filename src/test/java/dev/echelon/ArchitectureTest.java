package dev.echelon;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The house of Echelon: who may import whom, and what nobody does. */
class ArchitectureTest {

    private static final String BASE = "dev.echelon.";

    /** What each package may import of ours, itself apart; subpackages belong to their parents. */
    private static final Map<String, Set<String>> MAY_IMPORT = Map.of(
            "domain", Set.of(),
            "config", Set.of("domain"),
            "store", Set.of("domain"),
            "model", Set.of("domain", "config"),
            "route", Set.of("domain", "config", "store", "model"),
            "component", Set.of("domain", "config", "store", "route"),
            "ingress", Set.of("domain", "store", "component"),
            "ops", Set.of("domain", "config", "store", "route", "component"),
            "cli", Set.of("domain", "config", "store", "model", "route", "component", "ingress", "ops"));

    private static JavaClasses production;

    @BeforeAll
    static void load() {
        production = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.echelon");
    }

    @Test
    void everyClassHasItsPackage() {
        assertThat(production).isNotEmpty();
        classes().should().resideInAnyPackage(packages(MAY_IMPORT.keySet())).check(production);
    }

    @ParameterizedTest
    @MethodSource("layers")
    void aPackageImportsOnlyWhatItMay(String layer) {
        Set<String> forbidden = new TreeSet<>(MAY_IMPORT.keySet());
        forbidden.removeAll(MAY_IMPORT.get(layer));
        forbidden.remove(layer);
        ArchRule rule = noClasses()
                .that()
                .resideInAPackage(BASE + layer + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packages(forbidden))
                .allowEmptyShould(true);
        if (!forbidden.isEmpty()) {
            rule.check(production);
        }
    }

    @Test
    void theDomainIsPureJava() {
        noClasses()
                .that()
                .resideInAPackage(BASE + "domain..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.camel..", "io.vertx..", "io.netty..")
                .check(production);
    }

    @Test
    void onlyCommandsPrint() {
        noClasses()
                .that()
                .resideOutsideOfPackage(BASE + "cli..")
                .should(ACCESS_STANDARD_STREAMS)
                .check(production);
    }

    @Test
    void nothingStaticChanges() {
        fields().that().areStatic().should().beFinal().check(production);
    }

    @Test
    void noThreadWaitsOnTheWayOfAPrompt() {
        waitless(packages(Set.of("domain", "route", "model", "component", "ingress")))
                .check(production);
    }

    @Test
    void theRuleAgainstWaitingSeesEveryWay() {
        JavaClasses waiting = new ClassFileImporter().importClasses(Waiting.class);

        assertThat(waitless(Waiting.class.getPackageName())
                        .evaluate(waiting)
                        .getFailureReport()
                        .getDetails())
                .hasSize(5);
    }

    static Set<String> layers() {
        return new TreeSet<>(MAY_IMPORT.keySet());
    }

    private static ArchRule waitless(String... packages) {
        return noClasses()
                .that()
                .resideInAnyPackage(packages)
                // binding and closing the listeners, before the first prompt and after the last
                .and()
                .haveSimpleNameNotEndingWith("EdgeServer")
                .should()
                .accessTargetWhere(DescribedPredicate.describe("a thread waits", ArchitectureTest::waits))
                .allowEmptyShould(true);
    }

    private static boolean waits(JavaAccess<?> access) {
        String name = access.getTarget().getName();
        var owner = access.getTargetOwner();
        return switch (name) {
            case "sleep" -> owner.isEquivalentTo(Thread.class);
            case "wait" -> owner.isEquivalentTo(Object.class);
            case "get", "join" -> owner.isAssignableTo(Future.class);
            default -> false;
        };
    }

    private static String[] packages(Set<String> layers) {
        return layers.stream().map(layer -> BASE + layer + "..").toArray(String[]::new);
    }

    /** Waits in every way the rule knows. */
    @SuppressWarnings({"WaitNotInLoop", "unused"})
    private static final class Waiting {

        private final CompletableFuture<String> future = new CompletableFuture<>();

        void sleeps() throws InterruptedException {
            Thread.sleep(1);
        }

        synchronized void waitsForNotice() throws InterruptedException {
            this.wait();
        }

        String joins() {
            return future.join();
        }

        String gets(Future<String> any) throws Exception {
            return any.get();
        }

        Function<CompletableFuture<String>, String> refers() {
            return CompletableFuture::join;
        }
    }
}
