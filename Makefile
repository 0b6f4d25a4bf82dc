# deepfill's one makefile: `make help` lists the targets. All that is made lies in build/.
BUILD := build
CONFIG := config.mak
VERSION := 0.4.0
# While the major version is 0, each minor one may change what functions take.
SONAME := libdeepfill.so.0.4

GOALS := $(or $(MAKECMDGOALS),all)
PLAIN_GOALS := help dist clean distclean

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

# Short lines, unless V=1 asks for the commands as they are.
say = $(if $(V),,@printf '%-4s %s\n' $(1) $@ &&)

# ---------------------------------------------------------------------------- what is needed --

ifneq ($(filter-out $(PLAIN_GOALS),$(GOALS)),)
-include $(CONFIG)
endif

FILTERS ?= all
# Tests are content with a quick drop-in where no complete one has been built.
TEST_FILTERS := $(if $(wildcard $(BUILD)/ffmpeg-all/done),all,few)
ifeq ($(FFMPEG_SRC),)
FFMPEG_TREE := $(BUILD)/ffmpeg-$(if $(filter ffmpeg demo install,$(GOALS)),$(FILTERS),$(TEST_FILTERS))
else
FFMPEG_TREE := $(BUILD)/ffmpeg-custom
endif
FFMPEG_PARTS := $(if $(FFMPEG_SRC),few,$(FILTERS))

# All packages that the goals will ask for, and the same for demo and check, so that the user reads one apt-get
# line, not three.
PARTS := $(sort engine $(filter fuzz,$(GOALS)) \
                $(if $(filter all check demo bench quality sanitize fuzz install install-program, \
                              $(GOALS)),program) \
                $(if $(filter check demo sanitize quality,$(GOALS)),tests) \
                $(if $(filter check demo bench bench-memory quality quality-pictures ffmpeg install, \
                              $(GOALS)),$(FFMPEG_PARTS)) \
                $(if $(filter check-versions,$(GOALS)),few))

$(BUILD)/has-%: tools/packages.sh tools/libraries.sh
	@STAMPS=$(BUILD) sh tools/packages.sh $*

ifneq ($(filter-out $(PLAIN_GOALS),$(GOALS)),)
PACKAGES := $(shell CC='$(if $(filter default,$(origin CC)),gcc,$(CC))' STAMPS=$(BUILD) \
                    sh tools/packages.sh $(PARTS) >&2 && echo found)
ifeq ($(PACKAGES),found)
include $(CONFIG)

$(CONFIG): configure
	./configure $(CONFIGURE_SWITCHES)
else
# packages.sh has said what to do. A question is answered by the exit status alone, which is 1, as no goal is
# up to date: make adds no words of its own.
MAKEFLAGS += --question
$(CONFIG): ;
endif
endif

# ------------------------------------------------------------------------------- the library --

WARNINGS := -Wall -Wextra -Wmissing-prototypes -Werror=implicit-function-declaration
# What the environment asks for (CPPFLAGS, CFLAGS, LDFLAGS) comes after, and goes before a file's own flags.
OWN_CPPFLAGS := -Iinclude -Iengine -I$(BUILD) -include config.h -D_FILE_OFFSET_BITS=64
# Where every processor has it, gcc fuses multiplying and adding in some places and not in others: the same sum would
# have other bits where it is inlined elsewhere.
OWN_CFLAGS = -std=gnu11 $(OPTIMISE) -ffp-contract=off -g $(WARNINGS) -fPIC -fvisibility=hidden -pthread \
             $(OPENBLAS_CFLAGS) $(ZIMG_CFLAGS) $(SSE_CFLAGS) $(SANITIZE)
# Of the library and the programs; sanitizers see more without them.
HARDENING := $(if $(SANITIZE),,-fstack-protector-strong $(if $(findstring _FORTIFY_SOURCE,$(CPPFLAGS) $(CFLAGS)),, \
                 $(if $(filter -O0,$(OPTIMISE)),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)))
COMPILE = $(CC) $(OWN_CPPFLAGS) $(CPPFLAGS) $(OWN_CFLAGS) $(CFLAGS) $(USER_CFLAGS)
LINK = $(CC) $(OWN_CFLAGS) $(CFLAGS) $(USER_CFLAGS) -Wl,-z,relro,-z,now $(LDFLAGS)
LIBS = $(OPENBLAS_LIBS) $(ZIMG_LIBS) -lpthread -lm

LIB_SRC := $(filter-out engine/cli/% engine/train/%,$(wildcard engine/*.c engine/*/*.c))
LIB_SRC += $(if $(VECTORS),$(wildcard engine/kernels/$(VECTORS)/*.c))

# Training, which the program alone links (and its tests, tests/test_train_*.c).
TRAIN_SRC := $(wildcard engine/train/*.c) $(if $(VECTORS),$(wildcard engine/train/$(VECTORS)/*.c))

UNIT_SRC := $(wildcard tests/test_*.c tests/stress*.c tests/kernels.c)
THREAD_SRC := $(wildcard tests/test_thread_pool.c tests/test_pipeline*.c tests/test_deepfill*.c tests/stress*.c \
                         tests/test_train_trainer.c)
UNIT := $(UNIT_SRC:tests/%.c=$(BUILD)/tests/%)
# What depends on the CPU's level, and does not go through the levels itself: run once at each.
LEVEL_UNIT := $(addprefix $(BUILD)/tests/test_,golden golden_variants fixtures run layers attention need \
                partial model train_activation train_attention train_conv train_critic train_critic_golden trial \
                deepfill deepfill_partial roi blend color dense frame_motion membrane motion track)
LEVEL_SCRIPTS := tests/cli_projects.sh tests/filter_levels.sh
TOOLS := $(patsubst tests/tools/%.c,$(BUILD)/tests/tools/%,$(wildcard tests/tools/*.c))
# Not those that measure rather than test, what runs the others, and what needs the network.
SCRIPTS := $(filter-out $(patsubst %,tests/%.sh,run run_one bench bench_memory quality versions),$(wildcard tests/*.sh))
# engine/cli is the program `deepfill`, but for this: a program of its own, which measures.
MEASURES := steps
PROGRAM_SRC := $(filter-out $(MEASURES:%=engine/cli/%.c),$(wildcard engine/cli/*.c))
CLI := $(BUILD)/deepfill $(MEASURES:%=$(BUILD)/deepfill-%)
# The program alone reads and writes pictures by FFmpeg's libraries and libjpeg, in files of these names.
PROGRAM_AV := libavformat libavcodec libswscale libavutil libjpeg

# Fuzz targets: tests/fuzz/NAME.c, with run.c, files.c, and replay.c (make check) or mutate*.c and clang's
# libFuzzer (make fuzz).
FUZZ_ALL := $(filter-out run files replay mutate%,$(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c)))
# What a target is linked with: fuzz-objects(folder). One of them does what `deepfill info` does.
INFO_SRC := $(patsubst %,engine/cli/%.c,checkpoint digest info info_json info_text text)
fuzz-objects = $(1)/obj/tests/fuzz/run.o $(1)/obj/tests/fuzz/files.o $(1)/libinfo.a $(1)/libdeepfill.a
FUZZ_TARGETS ?= $(FUZZ_ALL)
FUZZ_SECONDS ?= 60
FUZZ_CC ?= clang
REPLAYS := $(FUZZ_ALL:%=$(BUILD)/tests/fuzz-%)
METER := -Wl,--wrap=aligned_alloc,--wrap=free

# One build of library and unit tests: variant(folder, more flags). `make sanitize` has two more, `make fuzz`
# one.
define variant
$(1)/obj/%.o: %.c $(BUILD)/flags
	@mkdir -p $$(@D)
	$$(call say,CC) $$(COMPILE) $(2) $$(FILE_FLAGS) $$(NO_SANITIZE) -MMD -MP -c $$< -o $$@

$(1)/libdeepfill.a: $(LIB_SRC:%.c=$(1)/obj/%.o) $(BUILD)/sources
	@rm -f $$@
	$$(call say,AR) $$(AR) qcs $$@ $$(filter %.o,$$^)

$(1)/libinfo.a: $(INFO_SRC:%.c=$(1)/obj/%.o) $(BUILD)/sources
	@rm -f $$@
	$$(call say,AR) $$(AR) rcs $$@ $$(filter %.o,$$^)

$(1)/libtrain.a: $(TRAIN_SRC:%.c=$(1)/obj/%.o) $(BUILD)/sources
	@rm -f $$@
	$$(call say,AR) $$(AR) rcs $$@ $$(filter %.o,$$^)

$(1)/tests/test_train_%: $(1)/obj/tests/test_train_%.o $(1)/libtrain.a $(1)/libdeepfill.a
	@mkdir -p $$(@D)
	$$(call say,LD) $$(LINK) $(2) $$^ -o $$@ $$(LIBS) -lcmocka

$(1)/tests/%: $(1)/obj/tests/%.o $(1)/libdeepfill.a
	@mkdir -p $$(@D)
	$$(call say,LD) $$(LINK) $(2) $$^ -o $$@ $$(LIBS) -lcmocka

$(1)/deepfill: $(PROGRAM_SRC:%.c=$(1)/obj/%.o) $(1)/libtrain.a $(1)/libdeepfill.a
	$$(call say,LD) $$(LINK) $(2) $$^ -o $$@ $$(LIBS) $$(shell pkg-config --libs $(PROGRAM_AV))

$(1)/obj/engine/cli/picture%.o $(1)/obj/engine/cli/film%.o $(1)/obj/engine/cli/digest.o: \
    FILE_FLAGS = $$(shell pkg-config --cflags $(PROGRAM_AV))
$(PROGRAM_SRC:%.c=$(1)/obj/%.o): | $(BUILD)/has-program

$(1)/tests/fuzz-%: $(1)/obj/tests/fuzz/%.o $(1)/obj/tests/fuzz/replay.o $(call fuzz-objects,$(1))
	@mkdir -p $$(@D)
	$$(call say,LD) $$(LINK) $(2) $(METER) $$^ -o $$@ $$(LIBS) $$(shell pkg-config --libs libavutil)

# Transforms of tiles are the same to the bit wherever they are inlined: multiplying and adding are fused in all.
$(1)/obj/engine/kernels/x86/%.o $(1)/obj/engine/train/x86/%.o: FILE_FLAGS := $(AVX2)
$(1)/obj/engine/kernels/x86/%_avx512.o $(1)/obj/engine/train/x86/%_avx512.o: FILE_FLAGS := $(AVX512)
$(1)/obj/engine/kernels/arm/%.o $(1)/obj/engine/train/arm/%.o: FILE_FLAGS := -march=armv8-a+crc -ffp-contract=fast
$(1)/obj/engine/plane/grain.o $(1)/obj/engine/plane/gaussian.o $(1)/obj/engine/kernels/normal.o \
    $(1)/obj/engine/overlay/%.o $(1)/obj/engine/train/%.o: FILE_FLAGS := $(OPTIMISE:-O2=-O3) -fno-math-errno
# Checks of undefined behaviour in unrolled transforms take the compiler minutes, and the C kernels are the same text.
# The thread sanitizer looks each load of 32 bytes up in eight places: with it, tests take two and a half times as long.
# The C kernels, which get the same rows from the same callers, are instrumented.
$(1)/obj/engine/kernels/x86/%.o $(1)/obj/engine/train/x86/%.o: NO_SANITIZE := -fno-sanitize=thread,undefined
$(1)/obj/tests/test_float_code.o: FILE_FLAGS = $$(shell pkg-config --cflags libavutil)
$(1)/obj/engine/model/builtin.o: FILE_FLAGS := -DDF_MODELS_DIR='"models"'
$(1)/obj/engine/model/builtin.o: $(wildcard models/*.safetensors)
$(UNIT_SRC:%.c=$(1)/obj/%.o): | $(BUILD)/has-tests

-include $(patsubst %.c,$(1)/obj/%.d,$(LIB_SRC) $(TRAIN_SRC) $(UNIT_SRC) $(wildcard engine/cli/*.c tests/fuzz/*.c))
endef

AVX2 := -mavx2 -mfma -mf16c -ffp-contract=fast
AVX512 := $(AVX2) -mavx512f -mavx512vl -mavx512dq -mavx512bw -mprefer-vector-width=512
ASAN := -fsanitize=address,undefined -fno-sanitize-recover=undefined
TSAN := -fsanitize=thread
FUZZ := $(ASAN) -fsanitize=fuzzer-no-link

# What is compiled how, and of which sources, in files that are written where it changes: objects, and archives, which
# would keep the object of a deleted source, are made again.
FLAGS = $(COMPILE) $(HARDENING) $(AVX512) $(ASAN) $(TSAN) $(FUZZ_CC) $(FUZZ) $(LDFLAGS) $(LIBS) $(value variant)
SOURCES = $(LIB_SRC) $(TRAIN_SRC) $(PROGRAM_SRC)
define remember
ifneq ($$(file <$(1)),$$($(2)))
$$(shell mkdir -p $(BUILD))$$(file >$(1),$$($(2)))
endif
endef
# Installing takes what was built, whatever root's flags are.
ifneq ($(filter-out $(PLAIN_GOALS) $(if $(wildcard $(BUILD)/flags),install% uninstall),$(GOALS)),)
$(eval $(call remember,$(BUILD)/flags,FLAGS))
$(eval $(call remember,$(BUILD)/sources,SOURCES))
endif

$(eval $(call variant,$(BUILD),$(HARDENING)))
$(eval $(call variant,$(BUILD)/asan,$(ASAN)))
$(eval $(call variant,$(BUILD)/tsan,$(TSAN)))
$(eval $(call variant,$(BUILD)/fuzz,$(FUZZ)))

# Readers call one kernel, checksums; to instrument the others takes clang ten minutes.
$(BUILD)/fuzz/obj/engine/kernels/%.o $(BUILD)/fuzz/obj/engine/kernels/x86/%.o: NO_SANITIZE := -fno-sanitize=all
$(BUILD)/fuzz/obj/engine/kernels/crc32c.o $(BUILD)/fuzz/obj/engine/kernels/x86/crc32c_avx2.o: NO_SANITIZE :=

FUZZERS := $(FUZZ_ALL:%=$(BUILD)/fuzz/%)
$(BUILD)/fuzz/%: CC = $(FUZZ_CC)
FUZZ_SRC := $(LIB_SRC) $(INFO_SRC) $(wildcard tests/fuzz/*.c)
$(FUZZ_SRC:%.c=$(BUILD)/fuzz/obj/%.o) $(FUZZERS): | $(BUILD)/has-fuzz
MUTATORS := $(patsubst %.c,$(BUILD)/fuzz/obj/%.o,$(wildcard tests/fuzz/mutate*.c))
$(FUZZERS): $(BUILD)/fuzz/%: $(BUILD)/fuzz/obj/tests/fuzz/%.o $(MUTATORS) $(call fuzz-objects,$(BUILD)/fuzz)
	$(call say,LD) $(LINK) -fsanitize=fuzzer,address,undefined $(METER) $^ -o $@ $(LIBS) \
	    $(shell pkg-config --libs libavutil)

.SECONDARY:

# The public functions have the version of the soname; all else is local.
$(BUILD)/libdeepfill.map: Makefile
	@echo 'DEEPFILL_$(SONAME:libdeepfill.so.%=%) { global: deepfill_*; local: *; };' >$@

$(BUILD)/libdeepfill.so.$(VERSION): $(LIB_SRC:%.c=$(BUILD)/obj/%.o) $(BUILD)/libdeepfill.map $(BUILD)/sources
	$(call say,LD) $(LINK) -shared -Wl,-soname,$(SONAME) -Wl,-z,defs \
	    -Wl,--version-script,$(BUILD)/libdeepfill.map $(filter %.o,$^) -o $@ $(LIBS)

$(BUILD)/$(SONAME): $(BUILD)/libdeepfill.so.$(VERSION)
	@ln -sf $(<F) $@
	@ln -sf $(<F) $(BUILD)/libdeepfill.so

# Programs that measure: engine/cli/NAME.c on the static library; tests/tools/NAME.c on FFmpeg's libraries,
# where it includes them, or on the static library. FFmpeg's are the installed ones: the drop-in comes in by
# LD_LIBRARY_PATH.
AV_TOOLS := $(patsubst %.c,$(BUILD)/%, \
    $(shell grep -l '^.include .libav' /dev/null $(wildcard tests/tools/*.c)))
$(AV_TOOLS): TOOL_LIBS = $(shell pkg-config --cflags --libs libavfilter libavformat libavcodec libavutil)
$(AV_TOOLS): | $(BUILD)/has-tests
OWN_TOOLS := $(addprefix $(BUILD)/tests/tools/,model opening levels)
$(OWN_TOOLS): TOOL_LIBS = -Itests $(OWN_CPPFLAGS) $(BUILD)/libdeepfill.a $(LIBS)
$(OWN_TOOLS): $(wildcard tests/*_file.h) $(BUILD)/libdeepfill.a

$(BUILD)/deepfill-%: $(BUILD)/obj/engine/cli/%.o $(BUILD)/libdeepfill.a
	$(call say,LD) $(LINK) $^ -o $@ $(LIBS)

$(BUILD)/tests/tools/%: tests/tools/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,LD) $(LINK) $< -o $@ $(TOOL_LIBS) -lm

# ----------------------------------------------------------------- ffmpeg with deepfill in it --

# For FFmpeg's configure: the library as it lies here, static, so that the drop-in is one file.
$(BUILD)/pkgconfig/libdeepfill.pc: Makefile $(CONFIG)
	@mkdir -p $(@D)
	@printf '%s\n' 'Name: libdeepfill' 'Description: video inpainting (not installed)' 'Version: $(VERSION)' \
	    'Cflags: -I$(CURDIR)/include' 'Libs: -L$(abspath $(BUILD)) -l:libdeepfill.a $(LIBS)' >$@

FILTER_SRC := $(wildcard filter/*.[ch] filter/install.sh)

$(BUILD)/ffmpeg-all/done $(BUILD)/ffmpeg-few/done: $(BUILD)/ffmpeg-%/done: $(BUILD)/libdeepfill.a \
        $(BUILD)/pkgconfig/libdeepfill.pc $(FILTER_SRC) tools/dropin.sh tools/libraries.sh tools/fetch-ffmpeg.sh \
        | $(BUILD)/has-%
	CC="$(CC)" sh tools/dropin.sh $* $(BUILD)

# FFmpeg's own makefile knows which files of the tree are new.
.PHONY: $(BUILD)/ffmpeg-custom/done
$(BUILD)/ffmpeg-custom/done: $(BUILD)/libdeepfill.a $(BUILD)/pkgconfig/libdeepfill.pc
	CC="$(CC)" sh tools/custom-ffmpeg.sh "$(FFMPEG_SRC)" $(BUILD)

# A run-time path from $(2) to the drop-in's folder: wrapper(program, path)
wrapper = sed 's|@PROGRAM@|/usr/bin/$(1)|; s|@LIB@|$(2)|' tools/wrapper.in

.PHONY: programs
programs: $(FFMPEG_TREE)/done
	@rm -rf $(BUILD)/lib $(BUILD)/ffmpeg $(BUILD)/ffplay
ifeq ($(FFMPEG_SRC),)
	@ln -s $(notdir $(FFMPEG_TREE))/lib $(BUILD)/lib
	@$(call wrapper,ffmpeg,lib) >$(BUILD)/ffmpeg
	@$(call wrapper,ffplay,lib) >$(BUILD)/ffplay
	@chmod +x $(BUILD)/ffmpeg $(BUILD)/ffplay
else
	@ln -s ffmpeg-custom/ffmpeg $(BUILD)/ffmpeg
endif

# ---------------------------------------------------------------------------------- targets --

.PHONY: all library check gradients check-arm64 check-i386 check-s390x check-versions bench bench-memory quality \
        quality-pictures sanitize fuzz ffmpeg demo install uninstall dist help clean distclean

all: library $(CLI)  ## the library, static and shared, and its programs

library: $(BUILD)/libdeepfill.a $(BUILD)/$(SONAME)  ## the library alone, which needs nothing of FFmpeg

check: all $(UNIT) $(REPLAYS) $(TOOLS) programs  ## build everything that is missing and run all tests
	@BUILD=$(BUILD) FFMPEG=$(BUILD)/ffmpeg CC="$(CC)" sh tests/run.sh \
	    $(filter-out $(LEVEL_UNIT),$(UNIT)) $(LEVEL_UNIT:%=levels:%) $(REPLAYS) \
	    $(filter-out $(LEVEL_SCRIPTS),$(SCRIPTS)) $(LEVEL_SCRIPTS:%=levels:%)

# Each operator, generator and critic as a whole: against central differences, and PyTorch in double precision.
GRADIENTS := $(addprefix $(BUILD)/tests/test_train_,activation attention conv join partial loss critic critic_golden \
               generator golden)

gradients: $(GRADIENTS) $(BUILD)/tests/tools/levels  ## the tests of training's gradients alone
	@BUILD=$(BUILD) sh tests/run.sh $(filter-out $(LEVEL_UNIT),$(GRADIENTS)) \
	    $(patsubst %,levels:%,$(filter $(LEVEL_UNIT),$(GRADIENTS)))

# The engine of another architecture, in a build of its own, its tests under qemu: some thirty times slower.
CROSS_UNIT := kernels $(patsubst %,test_%,tile scores stencil match patch smooth track_kernels sample leveldb base \
                arena weights write torch torch_refusals tensorflow convert hostile variant_errors lgd train_edges \
                golden_variants)
# All golden networks at the CPU's level, one at C's; gradients of convolutions go through the levels themselves.
CROSS_LEVEL_UNIT := test_golden c@test_golden test_train_conv $(patsubst %,levels:test_%,layers partial \
                      train_activation train_critic_golden train_golden run deepfill_partial attention color membrane \
                      dense train_partial)

check-arm64:  ## unit tests of the engine as on ARM, under qemu
	@sh tools/cross.sh arm64 $(BUILD)/arm64 $(CROSS_UNIT) $(CROSS_LEVEL_UNIT)

check-i386:  ## as on 32-bit x86
	@sh tools/cross.sh i386 $(BUILD)/i386 $(CROSS_UNIT)

check-s390x:  ## as on a big-endian machine: reading models, and what they make
	@sh tools/cross.sh s390x $(BUILD)/s390x $(patsubst %,test_%,base leveldb weights write torch tensorflow convert \
	    hostile lgd layers run golden_variants color) c@test_golden

# What Debian carries today: oldstable, stable, testing, unstable.
SUITES ?= bookworm trixie forky sid

check-versions: $(BUILD)/libdeepfill.a $(BUILD)/pkgconfig/libdeepfill.pc
check-versions:  ## the same frames in each FFmpeg that Debian has: fetches it (SUITES)
	@CC="$(CC)" sh tools/versions.sh $(BUILD) $(SUITES)
	@BUILD=$(BUILD) SUITES="$(SUITES)" sh tests/run.sh tests/versions.sh

# OpenBLAS and zimg are not instrumented. setarch: gcc 12's thread sanitizer wants no randomised addresses.
ASAN_UNIT := $(UNIT_SRC:tests/%.c=$(BUILD)/asan/tests/%) $(FUZZ_ALL:%=$(BUILD)/asan/tests/fuzz-%)
TSAN_UNIT := $(THREAD_SRC:tests/%.c=$(BUILD)/tsan/tests/%)
SANITIZERS := LSAN_OPTIONS=suppressions=tests/leaks.supp:print_suppressions=0 \
              TSAN_OPTIONS=suppressions=tests/races.supp:halt_on_error=0 UBSAN_OPTIONS=print_stacktrace=1

sanitize: $(ASAN_UNIT) $(TSAN_UNIT) $(BUILD)/tests/tools/levels
sanitize:  ## unit tests under ASan and UBSan, the pipeline's under TSan
	@BUILD=$(BUILD) $(SANITIZERS) sh tests/run.sh $(TSAN_UNIT:%=tsan:%) \
	    c@tsan:$(BUILD)/tsan/tests/test_deepfill_partial $(ASAN_UNIT:%=asan:%)

fuzz: $(FUZZ_TARGETS:%=$(BUILD)/fuzz/%)  ## search for bytes that break a reader (FUZZ_SECONDS, FUZZ_TARGETS)
	@BUILD=$(BUILD) FUZZ_SECONDS=$(FUZZ_SECONDS) sh tests/fuzz/search.sh $(FUZZ_TARGETS)

bench: all $(BUILD)/tests/tools/opening programs  ## how fast it is on this machine, and the memory it takes
	@BUILD=$(BUILD) FFMPEG=$(BUILD)/ffmpeg bash tests/bench.sh

bench-memory: programs  ## the memory it takes alone, for 12 sizes of hole and limits (ONLY, WORKERS)
	@FFMPEG=$(BUILD)/ffmpeg bash tests/bench_memory.sh

quality: all $(TOOLS) programs
quality:  ## how good the fills are: PSNR, LPIPS, flicker in fixed holes (FRAMES, CLIPS, HOLES, SHEETS)
	@BUILD=$(BUILD) FFMPEG=$(BUILD)/ffmpeg bash tests/quality.sh

quality-pictures: programs  ## the pictures of docs/quality.md
	@FFMPEG=$(BUILD)/ffmpeg sh docs/quality.sh

ffmpeg: programs  ## build/ffmpeg: the system's ffmpeg with a libavfilter that has deepfill
	@echo '$(BUILD)/ffmpeg -i in.mp4 -vf deepfill=mask.png out.mp4'

demo: $(BUILD)/tests/tools/score programs  ## fill the sample clip and show it: build/demo
	@BUILD=$(BUILD) FFMPEG=$(BUILD)/ffmpeg sh samples/demo.sh

# What `make install` puts where, whatever the umask; DESTDIR is for packagers, PREFIX and LIBDIR are what the
# programs will see.
LIBDIR ?= $(PREFIX)/lib
LIBS_TO := $(DESTDIR)$(LIBDIR)
HEADERS := $(DESTDIR)$(PREFIX)/include
BINDIR := $(DESTDIR)$(PREFIX)/bin
MANDIR := $(DESTDIR)$(PREFIX)/share/man/man1
COMPLETIONS := $(DESTDIR)$(PREFIX)/share/bash-completion/completions
KDENLIVE := $(DESTDIR)$(PREFIX)/share/kdenlive/effects
SHOTCUT := $(DESTDIR)$(PREFIX)/share/shotcut/qml/filters/deepfill
INSTALLED = $(HEADERS)/deepfill.h $(LIBS_TO)/libdeepfill.a $(LIBS_TO)/libdeepfill.so $(LIBS_TO)/$(SONAME) \
            $(LIBS_TO)/libdeepfill.so.$(VERSION) $(LIBS_TO)/pkgconfig/libdeepfill.pc \
            $(BINDIR)/ffmpeg-deepfill $(BINDIR)/ffplay-deepfill $(BINDIR)/deepfill $(MANDIR)/deepfill.1 \
            $(MANDIR)/ffmpeg-deepfill.1 $(MANDIR)/ffplay-deepfill.1 \
            $(COMPLETIONS)/deepfill $(KDENLIVE)/avfilter_deepfill.xml $(SHOTCUT)/meta.qml $(SHOTCUT)/ui.qml
# From the programs' folder to the drop-in's.
DROPIN := $(shell realpath -m --relative-to='$(PREFIX)/bin' '$(LIBDIR)/deepfill')

# Root's own system learns of the library's coming and going; nobody else may tell the loader.
tell_loader = [ -n '$(DESTDIR)' ] || [ "$$(id -u)" != 0 ] || ldconfig

install: install-library install-program install-dropin install-editors
install:  ## library, programs, man page (PREFIX=, LIBDIR=, DESTDIR=)

.PHONY: install-library install-program install-dropin install-editors
install-library: library
	install -d $(HEADERS) $(LIBS_TO)/pkgconfig
	install -m 644 include/deepfill.h $(HEADERS)
	install -m 644 $(BUILD)/libdeepfill.a $(BUILD)/libdeepfill.so.$(VERSION) $(LIBS_TO)
	@ln -sf libdeepfill.so.$(VERSION) $(LIBS_TO)/$(SONAME)
	@ln -sf $(SONAME) $(LIBS_TO)/libdeepfill.so
	@printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$(LIBDIR:$(PREFIX)/%=$${prefix}/%)' \
	    'includedir=$${prefix}/include' '' \
	    'Name: libdeepfill' 'Description: remove logos, captions and objects from video frames' \
	    'Version: $(VERSION)' 'Cflags: -I$${includedir}' 'Libs: -L$${libdir} -ldeepfill' \
	    'Libs.private: $(OPENBLAS_LIBS) $(ZIMG_STATIC_LIBS) -lpthread -lm' |\
	    install -m 644 /dev/stdin $(LIBS_TO)/pkgconfig/libdeepfill.pc
	@$(tell_loader)

install-program: $(BUILD)/deepfill
	install -d $(BINDIR) $(MANDIR) $(COMPLETIONS)
	install -m 755 $(BUILD)/deepfill $(BINDIR)
	install -m 644 docs/deepfill.1 $(MANDIR)
	install -m 644 tools/completion.bash $(COMPLETIONS)/deepfill

# An earlier one may have been of another libavfilter.so.N, or with ffplay.
install-dropin: programs
	rm -rf $(LIBS_TO)/deepfill $(BINDIR)/ffplay-deepfill $(MANDIR)/ffplay-deepfill.1
	install -d $(BINDIR) $(MANDIR)
	install -m 644 docs/ffmpeg-deepfill.1 $(MANDIR)
ifeq ($(FFMPEG_SRC),)
	@ln -sf ffmpeg-deepfill.1 $(MANDIR)/ffplay-deepfill.1
	install -d $(LIBS_TO)/deepfill
	install -m 644 $(BUILD)/lib/libavfilter.so.* $(LIBS_TO)/deepfill
	@$(call wrapper,ffmpeg,$(DROPIN)) | install -m 755 /dev/stdin $(BINDIR)/ffmpeg-deepfill
	@$(call wrapper,ffplay,$(DROPIN)) | install -m 755 /dev/stdin $(BINDIR)/ffplay-deepfill
else
	install -m 755 $(BUILD)/ffmpeg $(BINDIR)/ffmpeg-deepfill
endif

# How the editors built on MLT show the filter, which they find in the drop-in.
install-editors:
	install -d $(KDENLIVE) $(SHOTCUT)
	install -m 644 editors/kdenlive.xml $(KDENLIVE)/avfilter_deepfill.xml
	install -m 644 editors/shotcut/meta.qml editors/shotcut/ui.qml $(SHOTCUT)

uninstall:  ## remove what install put there (same PREFIX=, LIBDIR=, DESTDIR=)
	rm -f $(INSTALLED)
	rm -rf $(LIBS_TO)/deepfill
	@[ ! -d $(SHOTCUT) ] || rmdir --ignore-fail-on-non-empty $(SHOTCUT)
	@$(tell_loader)

# Dates and owners are those of the commit: the same commit makes the same file.
dist:  ## build/deepfill-VERSION.tar.gz of what is committed
	@mkdir -p $(BUILD)
	git archive --prefix=deepfill-$(VERSION)/ HEAD | gzip -9n >$(BUILD)/deepfill-$(VERSION).tar.gz

help:  ## list the targets
	@echo 'Usage: make [TARGET]...   (switches: ./configure --help)'
	@sed -n 's/^\([a-z0-9-]*\):.*  ## /\1\t/p' Makefile | awk -F '\t' '{ printf "  %-16s %s\n", $$1, $$2 }'

clean:  ## remove what was compiled here; keep FFmpeg's tree and the configuration
	rm -rf $(BUILD)/obj $(BUILD)/asan $(BUILD)/tsan $(BUILD)/fuzz/obj $(BUILD)/tests $(BUILD)/demo \
	    $(BUILD)/libdeepfill.* $(BUILD)/libtrain.a $(BUILD)/libinfo.a $(BUILD)/deepfill $(BUILD)/deepfill-*

distclean:  ## remove everything that git does not have
	rm -rf $(BUILD) config.mak
