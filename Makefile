# deepfill's one makefile: `make help` lists the targets. All that is made lies in build/.
BUILD := build
VERSION := 0.1.0
SONAME := libdeepfill.so.0

GOALS := $(or $(MAKECMDGOALS),all)
PLAIN_GOALS := help clean distclean

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

, := ,

# Short lines, unless V=1 asks for the commands as they are.
say = $(if $(V),,@printf '%-4s %s\n' $(1) $@ &&)

ifneq ($(filter-out $(PLAIN_GOALS),$(GOALS)),)
include config.mak
endif

# ---------------------------------------------------------------------------- what is needed --

FILTERS ?= all
# Tests are content with a quick drop-in where no complete one has been built.
TEST_FILTERS = $(if $(wildcard $(BUILD)/ffmpeg-all/done),all,few)

# All packages that the goals will ask for, so that the user reads one apt-get line, not three.
PARTS := $(sort engine $(if $(filter check sanitize quality,$(GOALS)),tests) \
                $(if $(filter check bench quality,$(GOALS)),few) \
                $(if $(filter ffmpeg demo install,$(GOALS)),$(if $(FFMPEG_SRC),few,$(FILTERS))))

config.mak: configure
	./configure $(CONFIGURE_SWITCHES) --for="$(PARTS)"

$(BUILD)/has-%: tools/packages.sh config.mak
	@sh tools/packages.sh $*
	@touch $@

# ------------------------------------------------------------------------------- the library --

WARNINGS := -Wall -Wextra -Wmissing-prototypes -Werror=implicit-function-declaration
CPPFLAGS := -Iinclude -Iengine -I$(BUILD)
CFLAGS = -std=gnu11 $(OPTIMISE) -g $(WARNINGS) -fPIC -fvisibility=hidden -pthread \
         $(OPENBLAS_CFLAGS) $(ZIMG_CFLAGS) $(SANITIZE) $(USER_CFLAGS)
LIBS = $(OPENBLAS_LIBS) $(ZIMG_LIBS) -lpthread -lm

LIB_SRC := $(filter-out engine/cli/% engine/train/%,$(wildcard engine/*.c engine/*/*.c))
ifeq ($(HAVE_X86),1)
LIB_SRC += $(wildcard engine/kernels/x86/*.c)
endif

UNIT_SRC := $(wildcard tests/test_*.c tests/stress*.c tests/kernels.c)
THREAD_SRC := $(wildcard tests/test_pipeline*.c tests/test_deepfill*.c tests/stress*.c)
UNIT := $(UNIT_SRC:tests/%.c=$(BUILD)/tests/%)
TOOLS := $(patsubst tests/tools/%.c,$(BUILD)/tests/tools/%,$(wildcard tests/tools/*.c))
SCRIPTS := $(filter-out tests/run.sh tests/bench.sh tests/quality.sh,$(wildcard tests/*.sh))
CLI := $(patsubst engine/cli/%.c,$(BUILD)/deepfill-%,$(wildcard engine/cli/*.c))

# One build of library and unit tests: variant(folder, more flags). `make sanitize` has two more.
define variant
$(1)/obj/%.o: %.c config.mak
	@mkdir -p $$(@D)
	$$(call say,CC) $$(CC) $$(CPPFLAGS) $$(CFLAGS) $(2) $$(FILE_FLAGS) -MMD -MP -c $$< -o $$@

$(1)/libdeepfill.a: $(LIB_SRC:%.c=$(1)/obj/%.o)
	@rm -f $$@
	$$(call say,AR) $$(AR) rcs $$@ $$^

$(1)/tests/%: $(1)/obj/tests/%.o $(1)/libdeepfill.a
	@mkdir -p $$(@D)
	$$(call say,LD) $$(CC) $$(CFLAGS) $(2) $$^ -o $$@ $$(LIBS) -lcmocka

$(1)/obj/engine/kernels/x86/avx2.o: FILE_FLAGS := -mavx2 -mfma -mf16c
$(1)/obj/engine/model/builtin.o: FILE_FLAGS := -DDF_MODELS_DIR='"models"'
$(1)/obj/engine/model/builtin.o: $(wildcard models/*.safetensors)
$(1)/obj/tests/%.o: | $(BUILD)/has-tests

-include $(patsubst %.c,$(1)/obj/%.d,$(LIB_SRC) $(UNIT_SRC))
endef

$(eval $(call variant,$(BUILD),))
$(eval $(call variant,$(BUILD)/asan,-fsanitize=address$(,)undefined -fno-sanitize-recover=undefined))
$(eval $(call variant,$(BUILD)/tsan,-fsanitize=thread))

.SECONDARY:

$(BUILD)/libdeepfill.so.$(VERSION): $(LIB_SRC:%.c=$(BUILD)/obj/%.o)
	$(call say,LD) $(CC) $(CFLAGS) -shared -Wl,-soname,$(SONAME) -Wl,-z,defs $^ -o $@ $(LIBS)

$(BUILD)/$(SONAME): $(BUILD)/libdeepfill.so.$(VERSION)
	@ln -sf $(<F) $@
	@ln -sf $(<F) $(BUILD)/libdeepfill.so

# Programs: engine/cli/NAME.c on the static library, tests/tools/NAME.c on nothing.
$(BUILD)/deepfill-%: $(BUILD)/obj/engine/cli/%.o $(BUILD)/libdeepfill.a
	$(call say,LD) $(CC) $(CFLAGS) $^ -o $@ $(LIBS)

$(BUILD)/tests/tools/%: tests/tools/%.c config.mak
	@mkdir -p $(@D)
	$(call say,LD) $(CC) $(CFLAGS) $< -o $@ -lm

# ---------------------------------------------------------------------------------- targets --

.PHONY: all check help clean distclean

all: $(BUILD)/libdeepfill.a $(BUILD)/$(SONAME) $(CLI)  ## the library, static and shared, and its programs

check: all $(UNIT) $(TOOLS)  ## build everything that is missing and run all tests
	@BUILD=$(BUILD) sh tests/run.sh $(UNIT) $(SCRIPTS)

help:  ## list the targets
	@echo 'Usage: make [TARGET]...   (switches: ./configure --help)'
	@sed -n 's/^\([a-z]*\):.*  ## /\1\t/p' Makefile | sort | awk -F '\t' '{ printf "  %-10s %s\n", $$1, $$2 }'

clean:  ## remove what was compiled here; keep FFmpeg's tree and the configuration
	rm -rf $(BUILD)/obj $(BUILD)/asan $(BUILD)/tsan $(BUILD)/tests $(BUILD)/demo $(BUILD)/libdeepfill.* $(BUILD)/deepfill-*

distclean:  ## remove everything that git does not have
	rm -rf $(BUILD) config.mak
