//! Which database is meant: the first of the places that say so, in the order of the README.

use anyhow::{Result, anyhow, bail};

use crate::db::build;
use crate::db::libpq;
use crate::db::parameters::{Parameters, Source, names_a_target};
use crate::db::secret::Secret;
use crate::db::target::Target;
use crate::db::url;
use crate::error::{Failure, did_you_mean};
use crate::project::{self, Environment, Label, Project};

const ENCODE: &str = "percent-encode special characters in the password (@ is %40, : is %3A, / is %2F, # is %23, \
                      % is %25), or leave it out of the URL and give it in PGPASSWORD or ~/.pgpass";

/// What the command line says about the target.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// A connection string, and whether it was given as an option or on standard input.
    url: Option<(Secret, Source)>,
    /// The name of an environment in `pgplumb.toml`.
    environment: Option<String>,
}

impl Wanted {
    /// Takes `--url` and `--env`. For `--url -` it reads one line from `input`.
    pub fn new(url: Option<String>, environment: Option<String>, mut input: impl std::io::BufRead) -> Result<Self> {
        if url.is_some() && environment.is_some() {
            bail!(Failure::input("--url and --env both name a target").next("give one of them"));
        }
        let url = match url {
            Some(dash) if dash == "-" => {
                let mut line = String::new();
                let read = input.read_line(&mut line);
                if read.is_err() || line.trim().is_empty() {
                    bail!(
                        Failure::input("there is no connection string on standard input").next("pipe one line into it")
                    );
                }
                Some((Secret::new(line.trim()), Source::StandardInput))
            }
            url => url.map(|url| (Secret::new(url), Source::Option)),
        };
        Ok(Wanted { url, environment })
    }
}

/// The target that was found.
#[derive(Clone, Debug)]
pub enum Resolved {
    /// Nothing names a database, so it is the project's own local cluster.
    Local,
    /// A server.
    Server(Box<Target>),
}

/// Finds the target of a command in `project`.
pub fn resolve(project: &Project, wanted: &Wanted) -> Result<Resolved> {
    let environment = &project.environment;
    let given = match connection_string(project, wanted)? {
        Some(given) => Some(given),
        None if names_a_target(environment) => None,
        None => match project.dotenv_url()? {
            Some(found) => Some((found.url, Source::Dotenv(found.name, found.file))),
            None => return Ok(Resolved::Local),
        },
    };
    let variables = Parameters::of_environment(environment).map_err(|reason| anyhow!(Failure::input(reason)))?;
    let mut parameters = match &given {
        Some((text, source)) => read(text, source)?,
        None => Parameters::default(),
    };
    let named = parameters.get("service").or(variables.get("service")).map(str::to_owned);
    if let Some(name) = named {
        parameters.fill(service(environment, &name)?);
    }
    parameters.fill(variables);
    let mut target = build::target(&parameters, environment)?;
    target.environment.clone_from(&wanted.environment);
    target.label = wanted.environment.as_ref().and_then(|name| label(project, name));
    Ok(Resolved::Server(Box::new(target)))
}

fn label(project: &Project, name: &str) -> Option<Label> {
    project.settings.env.get(name).and_then(|settings| settings.label)
}

fn connection_string(project: &Project, wanted: &Wanted) -> Result<Option<(Secret, Source)>> {
    if let Some(given) = &wanted.url {
        return Ok(Some(given.clone()));
    }
    if let Some(name) = &wanted.environment {
        return named(project, name).map(Some);
    }
    let variable = |name: &str| {
        let value = project.environment.get(name)?;
        Some((Secret::new(value), Source::Variable(name.to_owned())))
    };
    Ok(["DATABASE_URL", "POSTGRES_URL"].into_iter().find_map(variable))
}

fn named(project: &Project, name: &str) -> Result<(Secret, Source)> {
    let known = &project.settings.env;
    let Some(settings) = known.get(name) else {
        let near = did_you_mean(name, known.keys().map(String::as_str));
        let list = known.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let next = if known.is_empty() {
            format!("add [env.{name}] with `url_from` to {}", project::SETTINGS_FILE)
        } else {
            format!("give one of: {list}")
        };
        bail!(Failure::input(format!("{} has no [env.{name}]{near}", project::SETTINGS_FILE)).next(next));
    };
    let Some(variable) = &settings.url_from else {
        let url = settings.url.clone().ok_or_else(|| Failure::input(format!("env.{name} has no `url`")))?;
        return Ok((url, Source::Settings(name.to_owned(), None)));
    };
    let Some(url) = project.environment.get(variable) else {
        bail!(
            Failure::input(format!("env.{name} takes its connection string from {variable}, which is not set"))
                .next(format!("set the environment variable {variable}"))
        );
    };
    Ok((Secret::new(url), Source::Settings(name.to_owned(), Some(variable.clone()))))
}

fn read(text: &Secret, source: &Source) -> Result<Parameters> {
    let wrong =
        |reason: String| anyhow!(Failure::input(format!("the connection string of {source} {reason}")).next(ENCODE));
    let mut parameters = Parameters::default();
    for (keyword, value) in url::parse(text.expose()).map_err(wrong)? {
        parameters.set(&keyword, &value, source).map_err(|reason| wrong(format!("has a parameter that {reason}")))?;
    }
    Ok(parameters)
}

fn service(environment: &Environment, name: &str) -> Result<Parameters> {
    for file in environment.service_files() {
        let Some(text) = project::read(&file)? else { continue };
        let short = environment.short(&file);
        let wrong = |reason: String| anyhow!(Failure::input(format!("the service file {short} {reason}")));
        let Some(pairs) = libpq::service(&text, name).map_err(wrong)? else { continue };
        let source = Source::File(short.clone());
        let mut parameters = Parameters::default();
        for (keyword, value) in pairs {
            let set = parameters.set(&keyword, &value, &source);
            set.map_err(|reason| wrong(format!("has a line that {reason}")))?;
        }
        return Ok(parameters);
    }
    bail!(Failure::input("no service file has the service that was asked for").next("look into ~/.pg_service.conf"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::target::TlsMode;

    const CANARY: &str = "cAnArY";

    /// A project of `files`, started with `variables`; its folder is the home folder too.
    fn found(files: &[(&str, &str)], variables: &[(&str, &str)], url: &str, environment: &str) -> Result<Resolved> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
            #[cfg(unix)]
            if *name == ".pgpass" {
                let owner_only = std::os::unix::fs::PermissionsExt::from_mode(0o600);
                std::fs::set_permissions(folder.path().join(name), owner_only).unwrap();
            }
        }
        let home = [("HOME", folder.path().to_str().unwrap())];
        let variables = Environment::of("ann", home.into_iter().chain(variables.iter().copied()));
        let project = Project::open_in(folder.path(), variables).unwrap();
        let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        resolve(&project, &Wanted::new(given(url), given(environment), std::io::empty())?)
    }

    fn server(files: &[(&str, &str)], variables: &[(&str, &str)], url: &str, environment: &str) -> Target {
        match found(files, variables, url, environment).unwrap() {
            Resolved::Server(target) => *target,
            Resolved::Local => panic!("it is the local cluster"),
        }
    }

    fn of(url: &str) -> Target {
        server(&[], &[], url, "")
    }

    #[test]
    fn the_first_place_that_names_a_database_wins() {
        let mut files = vec![("pgplumb.toml", "[env.s]\nurl = 'postgres://settings/d'")];
        files.extend([(".env", "POSTGRES_URL=postgres://env/d"), (".env.local", "DATABASE_URL=postgres://local/d")]);
        let all =
            [("DATABASE_URL", "postgres://first/d"), ("POSTGRES_URL", "postgres://second/d"), ("PGHOST", "third")];
        let host = |target: Target| target.hosts[0].place.to_string();
        assert_eq!(host(server(&files, &all, "postgres://option/d", "")), "option");
        assert_eq!(host(server(&files, &all, "", "s")), "settings");
        assert_eq!(host(server(&files, &all, "", "")), "first");
        assert_eq!(host(server(&files, &all[1..], "", "")), "second");
        assert_eq!(host(server(&files, &all[2..], "", "")), "third");
        assert_eq!(host(server(&files, &[("PGPASSWORD", "x")], "", "")), "local");
        assert_eq!(host(server(&files[..2], &[], "", "")), "env");
        let unused = [("PGPASSWORD", "x"), ("PGSSLCERT", "x")];
        assert!(matches!(found(&files[..1], &unused, "", "").unwrap(), Resolved::Local));
    }

    #[test]
    fn gaps_are_filled_as_libpq_does_and_each_part_tells_its_source() {
        let files = [
            (".env", "DATABASE_URL=postgres://db.example.org/app"),
            (".pgpass", "db.example.org:5432:app:ann:secret\n"),
            (".pg_service.conf", "[main]\nhost=service.example.org\nuser=bob\ndbname=x\n"),
        ];
        let target = server(&files, &[], "", "");
        assert_eq!(target.to_string(), "app on db.example.org:5432 as ann");
        let origins: Vec<String> = target.origins.iter().map(|(part, _, source)| format!("{part}: {source}")).collect();
        let expected = "host: DATABASE_URL in .env, port: the default, database: DATABASE_URL in .env, \
                        user: the default, sslmode: the default, password: ~/.pgpass";
        assert_eq!(origins.join(", "), expected);
        let target = server(&files, &[("PGSERVICE", "main"), ("PGUSER", "no"), ("PGPORT", "7")], "", "");
        assert_eq!(target.to_string(), "x on service.example.org:7 as bob");
        let target = server(&files, &[], "postgres:///y?service=main", "");
        assert_eq!(target.to_string(), "y on service.example.org:5432 as bob");
    }

    #[cfg(unix)]
    #[test]
    fn a_password_file_that_others_can_read_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("passwords");
        std::fs::write(&file, format!("*:*:*:*:{CANARY}")).unwrap();
        let target = server(&[], &[("PGPASSFILE", file.to_str().unwrap())], "postgres://h/d", "");
        assert!(
            target.hosts[0].password.is_none() && target.warnings[0].contains("chmod 600"),
            "{:?}",
            target.warnings
        );
    }

    #[test]
    fn tls_is_strict_beyond_this_machine_and_weaker_modes_warn() {
        let mode = |url: &str| (of(url).hosts[0].tls, of(url).warnings.len());
        assert_eq!(mode("postgres://db.example.org/d"), (TlsMode::VerifyFull, 0));
        assert_eq!(mode("postgres://localhost/d"), (TlsMode::Prefer, 0));
        assert_eq!(mode("postgres://127.0.0.9/d"), (TlsMode::Prefer, 0));
        assert_eq!(mode("postgres://[::1]/d"), (TlsMode::Prefer, 0));
        assert_eq!(mode("postgres://localhost/d?hostaddr=10.0.0.1"), (TlsMode::VerifyFull, 0));
        assert_eq!(mode("postgres://%2Ftmp/d?sslmode=verify-full"), (TlsMode::Disable, 0));
        assert_eq!(mode("postgres://db.example.org/d?sslmode=require"), (TlsMode::Require, 1));
        assert_eq!(mode("postgres://db.example.org/d?sslmode=require&sslrootcert=x"), (TlsMode::VerifyCa, 1));
        assert_eq!(mode("postgres://db.example.org/d?sslmode=disable"), (TlsMode::Disable, 1));
    }

    #[test]
    fn several_hosts_are_tried_in_order() {
        let target = of("postgres://a:1,b,localhost:3/d?target_session_attrs=primary");
        assert_eq!(target.to_string(), "d on a:1, b:5432, localhost:3 as ann");
        assert_eq!(target.hosts[2].tls, TlsMode::Prefer);
    }

    #[test]
    fn wrong_input_is_refused_with_a_way_out() {
        let settings = [("pgplumb.toml", "[env.staging]\nurl_from = 'STAGING'")];
        for (url, environment, expected) in [
            ("", "stagin", "did you mean `staging`?"),
            ("", "staging", "STAGING, which is not set"),
            ("postgres://h/d", "staging", "--url and --env"),
            ("-", "", "no connection string on standard input"),
            ("postgres://u:[YOUR-PASSWORD]@h/d", "", "still a placeholder"),
            ("postgres://u:YOUR_DB_PASSWORD@h/d", "", "still a placeholder"),
            ("postgres://db.[REF].supabase.co/d", "", "`host` from --url must be"),
            ("postgres://h/d?sslmode=no-verify", "", "`sslmode` from --url must be"),
            ("postgres://h/d?sslmode=require&sslrootcert=system", "", "must be verify-full"),
            ("postgres://h/d?sslcert=x", "", "does not support"),
            ("postgres://h/d?ssl_mode=x", "", "did you mean `sslmode`?"),
            ("postgres://h/d?service=no", "", "no service file"),
            ("host=a,b port=1,2,3", "", "`port` from --url"),
        ] {
            let said = found(&settings, &[], url, environment).unwrap_err().to_string();
            assert!(said.contains(expected), "{url}: {said}");
        }
        assert_eq!(of("postgres://h/d?schema=public&pgbouncer=true").details.len(), 2);
    }

    /// A sequence of numbers that looks random and is the same each time (Knuth's MMIX constants).
    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, limit: usize) -> usize {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(self.0 >> 33).unwrap() % limit
        }

        fn pick(&mut self, from: &str) -> char {
            let characters: Vec<char> = from.chars().collect();
            characters[self.below(characters.len())]
        }
    }

    #[test]
    fn no_password_is_shown_whatever_is_wrong_with_the_string() {
        let project = Project::open_in(tempfile::tempdir().unwrap().path(), Environment::of("ann", [])).unwrap();
        let mut numbers = Numbers(1);
        let (mut good, mut bad) = (0, 0);
        for round in 0..10_000 {
            // Half of them have strange characters in and around the password only: those that parse must not show it
            // either. The others are changed anywhere, where the canary may become the user's name or the host's.
            let strange = |numbers: &mut Numbers| {
                (0..numbers.below(4)).map(|_| numbers.pick("@:/?#%&=,[]' \\é1\0")).collect::<String>()
            };
            let (before, after) = (strange(&mut numbers), strange(&mut numbers));
            let forms = [
                format!("postgres://bob:{before}{CANARY}{after}@db.example.org:5432/app?sslmode=require"),
                format!("host=db.example.org user=bob password='{before}{CANARY}{after}' dbname=app"),
            ];
            let mut text = forms[numbers.below(2)].clone();
            let anywhere = round % 2 == 0;
            if anywhere {
                let mut characters: Vec<char> = text.chars().collect();
                for _ in 0..=numbers.below(3) {
                    let at = numbers.below(characters.len());
                    match numbers.below(3) {
                        0 => drop(characters.remove(at)),
                        1 => characters.insert(at, numbers.pick("@:/?#%&=,[]' \\é1")),
                        _ => characters[at] = numbers.pick("@:/?#%&=,[]' \\é1"),
                    }
                }
                text = characters.into_iter().collect();
            }
            let wanted = Wanted::new(Some(text.clone()), None, std::io::empty()).unwrap();
            match resolve(&project, &wanted) {
                Err(error) => {
                    bad += 1;
                    let shown = format!("{error} {error:?} {:?}", error.downcast_ref::<Failure>());
                    assert!(!shown.contains(CANARY), "{text}: {shown}");
                }
                Ok(Resolved::Server(target)) if !anywhere => {
                    good += 1;
                    let shown = format!("{target} {target:?} {}", target.value(None));
                    assert!(!shown.contains(CANARY), "{text}: {shown}");
                }
                Ok(_) => {}
            }
        }
        assert!(good > 1_000 && bad > 1_000, "{good} {bad}");
    }
}
