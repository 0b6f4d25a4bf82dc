# bash completion of deepfill
_deepfill() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words= command=${COMP_WORDS[1]}
    local commands='info convert fill find plan join train bench'
    local semantics='auto rgb bgr official stride nipponjo_tf nipponjo mmagic csqiangwen naoto0804'
    semantics+=' pconv_mmagic'
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W "$commands help version --help --version" -- "$word")
        return
    fi
    case $before in
    --semantics)
        mapfile -t COMPREPLY < <(compgen -W "$semantics" -- "$word")
        return
        ;;
    -m | --model | --init)
        mapfile -t COMPREPLY < <(compgen -W "small sketch" -- "$word"; compgen -f -- "$word")
        compopt -o filenames
        return
        ;;
    --ending)
        mapfile -t COMPREPLY < <(compgen -W 'mkv mp4 mov' -- "$word")
        return
        ;;
    --box | --quality | --threshold | --dilate | --feather | --cnum | --size | --workers | --rounds | --seconds | \
        --batch | --critic | --gan | --rate | --seed | --memory | --minutes | --steps | --parts | -vf | --vf) return ;;
    esac
    case $command in
    info) words='--tensors --json --semantics --help' ;;
    convert) words='--output --f16 --semantics --help' ;;
    fill)
        words='--output --mask --box --quality --model --semantics --coarse --sketch --exact --regions --no-texture
               --threshold --invert --soft --no-grain --dilate --feather --help'
        ;;
    plan) words='-vf --parts --output --ffmpeg --ending --help' ;;
    join) words='--output --ffmpeg --help' ;;
    find) words='--output --box --captions --json --help' ;;
    train)
        words='--data --like --mask --init --minutes --steps --resume --cnum --size --batch --critic --local-critic
               --gan --rate --seed --sketch --memory --workers --help'
        ;;
    bench)
        words='--cnum --model --semantics --size --workers --layers --pipeline --rounds --seconds --json --help'
        ;;
    help)
        mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$word")
        return
        ;;
    version) return ;;
    esac
    if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
    elif [ "$command" != bench ]; then
        [[ $command == @(info|convert) ]] && words='small sketch' || words=
        mapfile -t COMPREPLY < <(compgen -f -- "$word"; compgen -W "$words" -- "$word")
        compopt -o filenames
    fi
}
complete -F _deepfill deepfill
